-- Where the values of proposed actions stand. Runs after enrich.lua in one pipeline; also notes what is about to be read.
--
-- KEYS[1]  {organisation}:m
-- ARGV     seven an item: session, agent, claim (8) .. tool (4) .. flags (1: dry run, 2: may read text of outsiders) .. first
--          bytes of the session's name (4), facts of a request or "", its digest (8) and hashes or "", lookups, suffix of the
--          claim's key
--          lookups: their number (2, low first), for each a byte (1: by what a reading call names its source, 32: by its own path, id or
--          URL, 4: by its record, 8: by a page that a source names, else 0, 2 or 16) and the number of forms; for each form where it
--          counts (1 user, 2 records, 4 text, 8 orders and not user, 16 the hash of an id, by its links), the number of its hashes, the hashes
-- Returns  an item: [0 lost or 1, facts of the requests or "", unreported, flags of the session, flags of the agent, hits]
--          hits: two bytes a lookup, low first, bits 1 user, 2 trusted record, 4 and 8 untrusted record (8: pointed),
--          16 and 32 text (32: pointed), 64 beside a threat, 128 in another session, 256 beside a threat there,
--          512 ordered by a source that the user pointed at, 1024 and 2048 in orders and not the user's (2048: pointed)

local bit, byte, sub, char = bit, string.byte, string.sub, string.char

-- Flags of a read that waits: the user points at it, by its own name. Bits of hits: the user's words; any record or text; what names
-- a page (the user, trusted records, what the user pointed at); a threat beside it.
local POINTED, ITSELF = 1, 8
local USER, CALLED, PAGE, THREAT = 1, 63, 43, 320

local sessions, agents = {}, {}
local begun
local now = clock(nil)

-- A session that its agent used so lately that it cannot have been forgotten in time, or that began before a rebuild, or before what
-- says which sessions its agent used was lost.
local function lost_before(s, agent, tag)
  if s.exists then return false end
  if now < agent.L - AGENT_TTL + SESSION_TTL + HOUR then return true end
  local _, at = has(agent.n, tag, 8)
  if at and now < (struct.unpack('>I4', agent.n, at + 4) + 1) * HOUR + SESSION_TTL then return true end
  if begun == nil then begun = tonumber(call('HGET', KEYS[1], 'b') or 0) or 0 end
  return begun > 0 and now < begun + SESSION_TTL
end

-- Returns whether that is news.
local function note_use(agent, tag)
  local mark = tag .. struct.pack('>I4', math.floor(now / HOUR))
  local _, at = has(agent.n, tag, 8)
  local others = at and sub(agent.n, 1, at - 1) .. sub(agent.n, at + 8) or agent.n
  if not at or sub(agent.n, at, at + 7) ~= mark then
    put(agent, 'n', newest(others .. mark, MAX_TAGS, 8))
    return true
  end
end

-- Whether one of the forms that count in any of `where` stands whole in `blob`.
local function found(forms, where, blob)
  if blob == '' then return false end
  for _, form in ipairs(forms) do
    if bit.band(form[1], where) ~= 0 then
      local all = true
      for i = 1, #form[2], SIZE do
        if not has(blob, sub(form[2], i, i + SIZE - 1), SIZE) then
          all = false
          break
        end
      end
      if all then return true end
    end
  end
  return false
end

-- Whether one of the forms counts in text.
local function in_text(forms)
  for _, form in ipairs(forms) do
    if bit.band(form[1], 4) ~= 0 then return true end
  end
  return false
end

local function all_in(blob, hashes)
  if blob == '' then return false end
  for i = 1, #hashes, SIZE do
    if not has(blob, sub(hashes, i, i + SIZE - 1), SIZE) then return false end
  end
  return true
end

-- Whether an order, and the user not, calls the record of an id by one of its names.
local function by_link(id, s, user)
  local y, Y = false, false
  local at = 1
  while true do
    local place = string.find(s.l, id, at, true)
    if not place then return y, Y end
    if place % (2 * SIZE) == 1 then
      local name = sub(s.l, place + SIZE, place + 2 * SIZE - 1)
      if has(user, name, SIZE) then return false, false end
      y = y or (has(s.y, name, SIZE) or false)
      Y = Y or (has(s.Y, name, SIZE) or false)
    end
    at = place + 1
  end
end

-- Bits of what orders of outsiders name and the user does not.
local function bidden(forms, s, user)
  local y, Y = false, false
  for _, form in ipairs(forms) do
    if form[1] == 8 and not all_in(user, form[2]) then
      y, Y = y or all_in(s.y, form[2]), Y or all_in(s.Y, form[2])
    elseif form[1] == 16 then
      local one, two = by_link(form[2], s, user)
      y, Y = y or one, Y or two
    end
  end
  return (y and 1024 or 0) + (Y and 2048 or 0)
end

local function hits_of(forms, s, agent, user)
  local bits = 0
  if forms[1] and forms[1][1] >= 8 then
    if s.y == '' and s.Y == '' then return 0 end
    return bidden(forms, s, user)
  end
  if found(forms, 1, user) then bits = bits + 1 end
  if found(forms, 2, s.a) then bits = bits + 2 end
  if found(forms, 2, s.b) then bits = bits + 4 end
  if found(forms, 2, s.B) then bits = bits + 8 end
  if found(forms, 4, s.t) then bits = bits + 16 end
  if found(forms, 4, s.T) then bits = bits + 32 end
  if found(forms, 6, s.x) then bits = bits + 64 end
  if now < agent.L then
    if in_text(forms) then bits = bits + 384 end -- it may have stood anywhere
  else
    if found(forms, 4, agent.z) then bits = bits + 128 end
    if found(forms, 4, agent.x) then bits = bits + 256 end
  end
  if found(forms, 4, s.o) then bits = bits + 512 end
  return bits
end

local function take_in(s, facts, digest, hashes)
  if has(s.Q, digest, 8) or #s.Q >= MAX_DIGESTS or #s.q + #hashes > MAX_USER then return end
  local merged = {}
  local before = {}
  for number in string.gmatch(s.m, '%d+') do before[#before + 1] = tonumber(number) end
  for number in string.gmatch(facts, '%d+') do
    merged[#merged + 1] = string.format('%d', bit.bor(tonumber(number), before[#merged + 1] or 0))
  end
  put(s, 'Q', s.Q .. digest)
  put(s, 'q', s.q .. hashes)
  put(s, 'm', table.concat(merged, ' '))
end

-- Notes that an action is about to read. A claim that is answered reads nothing more. Another call under the name of one
-- that stands here already may make it worse, never better. `named`: bits 1 and 8 of the flags. When the list is full, the oldest action that nobody reported
-- and that returns nothing of outsiders makes room: a report of it that still comes is not trusted then. Who never reports is
-- no attacker, and would fill the list by ordinary work. Returns whether one more read of text of outsiders waits.
local function await(s, claim, tool, named, untrusted, claim_key)
  local field, at = pending_of(s, claim)
  if at then
    local held = s[field]
    local flags = byte(held, at + 12)
    local pointed = sub(held, at + 8, at + 11) == tool and bit.band(flags, named) or 0
    local entry = sub(held, at, at + 11) .. char(bit.bor(bit.band(flags, 6), untrusted, pointed))
    if untrusted == 2 and field == 'P' then
      put(s, 'P', sub(held, 1, at - 1) .. sub(held, at + 13))
      put(s, 'p', s.p .. entry)
      return true
    end
    put(s, field, sub(held, 1, at - 1) .. entry .. sub(held, at + 13))
    return false
  end
  local state = call('GETRANGE', prefix .. claim_key, 0, 0)
  if state ~= '' and state ~= 'f' then return false end -- the first byte says `f` while it is in flight
  local entry = claim .. tool .. char(named + untrusted)
  field = untrusted == 2 and 'p' or 'P'
  if #s.p + #s.P < MAX_PENDING then
    put(s, field, s[field] .. entry)
  elseif s.P ~= '' then
    put(s, 'P', sub(s.P, 14))
    put(s, field, s[field] .. entry)
  elseif untrusted == 2 then
    put(s, 'f', bit.bor(s.f, 4))
  end
  return untrusted == 2
end

-- Where each value stands; whether the user names the source of a reading call.
local function look_up(lookups, s, agent, user)
  local count = byte(lookups, 1) + 256 * byte(lookups, 2)
  if user == '' and s.a == '' and s.b == '' and s.B == '' and s.t == '' and s.T == '' and s.x == '' and s.o == ''
    and agent.z == '' and agent.x == '' and now >= agent.L then
    return string.rep('\0\0', count), 0
  end
  local hits, named, at = {}, 0, 3
  while at <= #lookups do
    local naming, many = byte(lookups, at), byte(lookups, at + 1)
    local forms = {}
    at = at + 2
    for n = 1, many do
      local where, hashes = byte(lookups, at), byte(lookups, at + 1)
      forms[n] = { where, sub(lookups, at + 2, at + 1 + hashes * SIZE) }
      at = at + 2 + hashes * SIZE
    end
    local bits = hits_of(forms, s, agent, user)
    if naming == 32 and bit.band(bits, USER) ~= 0 then
      named = POINTED + ITSELF
    elseif (naming == 1 and bit.band(bits, USER) ~= 0) or (naming == 4 and bit.band(bits, CALLED) ~= 0)
      or (naming == 8 and bit.band(bits, PAGE) ~= 0 and bit.band(bits, THREAT) == 0) then
      named = bit.bor(named, POINTED)
    end
    hits[#hits + 1] = char(bits % 256, math.floor(bits / 256))
  end
  return table.concat(hits), named
end

for i = 1, #ARGV, 7 do
  local name, agent_name = ARGV[i], ARGV[i + 1]
  sessions[name] = sessions[name] or load_session(name)
  agents[agent_name] = agents[agent_name] or load_agent(agent_name)
  see_loss(sessions[name], agents[agent_name], now)
end

local out = {}
for i = 1, #ARGV, 7 do
  local name, agent_name, own = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local claim, tool, flags, tag = sub(own, 1, 8), sub(own, 9, 12), byte(own, 13), sub(own, 14, 17)
  local facts, request = ARGV[i + 3], ARGV[i + 4]
  local dry, untrusted = flags % 2 == 1, flags >= 2 and 2 or 0
  local s, agent = sessions[name], agents[agent_name]
  local agent_flags = now < agent.L and bit.bor(agent.f, 11) or agent.f
  if lost_before(s, agent, tag) then
    -- Nothing waits in a session that is not known; whatever session comes next, this agent may have read by then. Whoever has asked
    -- is there from then on, so that its loss shows.
    if not dry then
      put(agent, 'f', bit.bor(agent.f, untrusted / 2))
      agent.renew = true
    end
    out[#out + 1] = { 0, '', 0, 0, agent_flags, '' }
  else
    local user, known = s.q, s.m
    if request ~= '' then
      if dry then
        user, known = user .. sub(request, 9), known == '' and facts or known
      else
        take_in(s, facts, sub(request, 1, 8), sub(request, 9))
        user, known = s.q, s.m
      end
    end
    local hits, named = look_up(ARGV[i + 5], s, agent, user)
    local unreported = #s.p / 13
    -- What another session waits for counts as permitted until it is settled: it was read, and may be prose.
    if agent.u > unreported then agent_flags = bit.bor(agent_flags, 9) end
    if unreported > 0 and has(s.p, claim, 13) then unreported = unreported - 1 end
    if not dry then
      if await(s, claim, tool, named, untrusted, ARGV[i + 6]) then put(agent, 'u', agent.u + 1) end
      if not s.exists then
        put(s, 'f', s.f)
        s.exists, s.renew = true, true
      end
      if note_use(agent, tag) then s.renew, agent.renew = true, true end
    end
    out[#out + 1] = { 1, known, unreported, s.f, agent_flags, hits }
  end
end
for _, s in pairs(sessions) do save(s, SESSION_TTL) end
for _, agent in pairs(agents) do save(agent, AGENT_TTL) end
return out
