-- Takes in what a reported result holds.
--
-- KEYS[1]  {organisation}:m
-- ARGV     session, agent, claim (8) .. tool (4), digest of the result (8),
--          flags (1 untrusted, 2 threat, 4 incomplete, 8 prose, 16 a gateway vouches for the report),
--          hashes: of trusted records, untrusted records, text, text that orders, what stands beside threats,
--          addresses and accounts in text, the same beside threats, what orders hold; links (two hashes each); bank accounts that
--          text states, which only a source states that the user points at by its own path, id or URL
-- Returns  1 when a decision of this session about this tool was waiting for a report, else 0: then nothing is trusted

local bor = bit.bor
local s, agent = load_session(ARGV[1]), load_agent(ARGV[2])
local claim, tool, digest, flags = string.sub(ARGV[3], 1, 8), string.sub(ARGV[3], 9, 12), ARGV[4], tonumber(ARGV[5])
see_loss(s, agent, clock(nil))
local vouched = flags >= 16
flags = flags % 16
local trusted, records, texts, ordered, threats = ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10]
local bidden, links, accounts = ARGV[13], ARGV[14], ARGV[15]

local field, place = pending_of(s, claim)
local rest, entry
if place then rest, entry = without(s[field], claim) end
s.renew, agent.renew = true, true
local matched = entry ~= nil and string.sub(entry, 9, 12) == tool
if not s.exists then return 0 end -- nothing waits; who reports what nobody asked for fills nothing
if not matched then
  -- Of a gateway's report that comes too late its labels are known, of any other nothing; what it held, in no case.
  if entry or not vouched then flags = bor(flags, 1) end
  if bit.band(flags, 1) == 1 then flags = bor(flags, 12) end
  put(s, 'f', bor(s.f, flags))
  put(agent, 'f', bor(agent.f, bit.band(flags, 11)))
  save(s, SESSION_TTL)
  save(agent, AGENT_TTL)
  return 0
end
-- An agent's own word adds, but the action keeps waiting: what it left out is not known, nor does the user point at it.
local pointed = vouched and string.byte(entry, 13) % 2 == 1
local itself = pointed and bit.band(string.byte(entry, 13), 8) == 8
if vouched then
  put(s, field, rest)
  if bit.band(string.byte(entry, 13), 2) == 2 then put(agent, 'u', math.max(0, agent.u - 1)) end
else
  records, trusted = records .. trusted, ''
  flags = bor(flags, 9)
end
put(s, 'f', bor(s.f, flags))

-- The same result again teaches nothing new, unless the user points at it now.
digest = pointed and string.sub(digest, 1, 7) .. (itself and '*' or '+') or vouched and digest or string.sub(digest, 1, 7) .. '-'
if not has(s.r, digest, 8) then
  local before = #s.q + #s.a + #s.b + #s.B + #s.t + #s.T + #s.o + #s.x + #s.y + #s.Y + #s.l
  if before + #trusted + #records + #texts + #ordered + #threats + #bidden + #links + #accounts > MAX_SESSION then
    put(s, 'f', bor(s.f, 4))
  else
    if trusted ~= '' then put(s, 'a', s.a .. trusted) end
    local r, t = pointed and 'B' or 'b', pointed and 'T' or 't'
    if records ~= '' then put(s, r, s[r] .. records) end
    if texts ~= '' then put(s, t, s[t] .. texts) end
    local o = pointed and 'o' or 't'
    if ordered ~= '' then put(s, o, s[o] .. ordered) end
    local p = itself and 'T' or o
    if accounts ~= '' then put(s, p, s[p] .. accounts) end
    local y = pointed and 'Y' or 'y'
    if bidden ~= '' then put(s, y, s[y] .. bidden) end
    if links ~= '' then put(s, 'l', s.l .. links) end
    if threats ~= '' then put(s, 'x', s.x .. threats) end
    put(s, 'r', newest(s.r .. digest, MAX_DIGESTS, 8))
  end
  if ARGV[11] ~= '' then put(agent, 'z', newest(agent.z .. ARGV[11], MAX_AGENT_TEXT, SIZE)) end
  if ARGV[12] ~= '' then put(agent, 'x', newest(agent.x .. ARGV[12], MAX_AGENT_THREAT, SIZE)) end
end
put(agent, 'f', bor(agent.f, bit.band(flags, 11)))
save(s, SESSION_TTL)
save(agent, AGENT_TTL)
return 1
