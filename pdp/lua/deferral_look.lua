-- Reads how requests and those that they build on stand.
--
-- KEYS[1]  {organisation}:m
-- ARGV[1]  JSON [[own claim id, [claim ids that it builds on]], ...]
-- Returns  [[since ms or 0, dependency, depth], ...]; dependency: 0 none, 1 permitted, 2 unknown, 3 deferred, 4 denied.
--
-- {organisation}:w:<claim id> is "<since ms> <depth>" while a request is deferred.

local prefix = string.sub(KEYS[1], 1, -2)

local function deferred(id)
  local raw = call('GET', prefix .. 'w:' .. id)
  if not raw then return nil end
  local since, depth = string.match(raw, '^(%d+) (%d+)$')
  return tonumber(since), tonumber(depth)
end

-- A claim that is decided: element 2 is "d", element 10 "a" or "d" (see enrich.lua).
local function decided(id)
  local raw = call('GET', prefix .. 'q:' .. id)
  if not raw then return 2 end
  local claim = claim_of(raw)
  if claim[2] ~= 'd' then return 2 end
  if claim[10] == 'a' then return 1 end
  return claim[10] == 'd' and 4 or 2
end

local out = {}
for i, ask in ipairs(cjson.decode(ARGV[1])) do
  local since = deferred(ask[1])
  local worst, depth = 0, 0
  for _, id in ipairs(ask[2]) do
    local from, below = deferred(id)
    local status = from and 3 or decided(id)
    if status > worst then worst = status end
    if from and below + 1 > depth then depth = below + 1 end
  end
  out[i] = { since or 0, worst, depth }
end
return out
