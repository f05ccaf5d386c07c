-- Adds counted actions to an epoch that is not active yet, and restores their claims.
--
-- KEYS[1] {organisation}:m; ARGV[1] JSON {e epoch, q: [[claim id, digest, at (of the first ALLOW), final a or d, reservations], ...]}
-- reservation: [counter key, window start or 0, window end or length, amount, element, counts]

local prefix = string.sub(KEYS[1], 1, -2)
local ask = cjson.decode(ARGV[1])
local counter_prefix = prefix .. 'n:' .. ask.e .. ':'
local now = clock(nil)
local sets = {}
for _, q in ipairs(ask.q) do
  local base = {}
  for _, r in ipairs(q[5]) do
    local sliding = r[2] == 0
    local length, ends = sliding and r[3] or 0, sliding and 0 or r[3]
    local live = sliding and q[3] + length > now - length or ends > now
    if live and (r[6] == 'p' or r[6] == q[4]) then
      local name = r[1] .. (sliding and ':s' .. text(length) or ':' .. text(r[2]))
      commit(load(counter_prefix .. name, length, ends, r[5] ~= '', now), r[4], r[5], q[3])
      base[#base + 1] = name .. '|' .. r[5]
      base[#base + 1] = r[4]
    end
  end
  if now - q[3] < KEPT then
    local claim = { q[2], 'd', 0, ask.e, 0, 0, '', base, '', q[4], 0 }
    if q[4] == 'a' then claim[12] = q[3] + KEPT end
    sets[#sets + 1] = { prefix .. 'q:' .. q[1], claim_bytes(claim), KEPT }
  end
end
flush(now)
for _, s in ipairs(sets) do call('SET', s[1], s[2], 'PX', text(s[3])) end
return #ask.q
