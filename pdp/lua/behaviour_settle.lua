-- Ends what was pending: denied and withdrawn actions give back what they would have moved, allowed ones are learned.
-- Idempotent: only what is still pending changes. After `behaviour.lua` and `baseline.lua`.
--
-- KEYS[1]  {organisation}:m
-- ARGV[1]  struct: number of keys, ms: session ttl, keep, burst slot, half-life; observations, outlier deviations, daily
--          drift as a fraction, ms: baseline ttl
-- ARGV[…]  suffixes of keys, then items: struct ITEM followed by destinations of 8 bytes. An allowed action names its
--          session and baselines (one that was transformed no baselines: it is not what was done), another one its
--          session, agent and principal; the places of the others are 0.
-- Returns  the number of actions that were learned

local ITEM = '<HHHHHHdddc16c1'
local SEEN, SEEN_AT = '<dddHc8c8c8c8c4', 54 -- what is learned of an action
local ITEM_SIZE = 115

start()
if not epoch then return 0 end
local count, session_ttl, keep, width
count, session_ttl, keep, width, half_life, least, outlier, drift, baseline_ttl =
  unpack_struct('<Hdddddddd', ARGV[1])
span = session_ttl
local keys = {}
for i = 1, count do keys[i] = prefix .. ARGV[1 + i] end
local values = call('MGET', unpack(keys))
local day = floor(now / DAY_MS) % 65536

local function track_of(index, bucket)
  if index == 0 or not values[index] then return nil end -- gone: there is nothing to end
  local t = open_track(keys[index], values[index], bucket, width, 0)
  return not t.void and t or nil
end

local function give_back(t, ttl, id, final, rows, amount, bytes)
  local at, effect = find_entry(t, id)
  if at and effect ~= 'p' then return end
  touch_track(t, ttl)
  t.ring_only = false
  if final == 'd' then t.v[NOW + 1] = t.v[NOW + 1] + 1 end
  if not at then return end -- so many came after it that it has left: what it moved stays counted
  t.stale = true
  local moment = time_of(t, at)
  add_volumes(t, moment, -rows, -amount, -bytes)
  if final == 'w' then
    local place = moment < t.v[SINCE] and BEFORE or NOW
    t.v[place] = t.v[place] - 1
    drop_entry(t, at)
  else
    set_effect(t, at, final)
  end
end

-- The kind of what the session did before.
local function kind_before(t, at) return match(t.ring, '^%d+|([^|]+)|', at + 37) or '^^^^' end

local total = 0
local function learn(item, bi, ti, ri, before)
  local x1, x2, x3, hour, tool, resource, version, definition, kind = unpack_struct(SEEN, item, SEEN_AT)
  local b = open_baseline(keys[bi], values[bi], 'B1', 0)
  local of_tool = open_baseline(keys[ti], values[ti], 'M1', b.v[BORN])
  local of_role = ri > 0 and open_baseline(keys[ri], values[ri], 'M1', 0)
  local one, two, three = b.v, of_tool.v, of_role and of_role.v
  for j, x in ipairs({ x1, x2, x3 }) do
    if x >= 0 then
      local place = FIRST + 5 * (j - 1)
      learn_value(one, place, x)
      learn_value(two, place, x)
      if three then learn_value(three, place, x) end
    end
  end
  count_hour(b, hour % HOURS)
  remember(b, 1, tool, day)
  remember(b, 2, resource, day)
  for d = ITEM_SIZE + 1, #item, 8 do remember(b, 3, sub(item, d, d + 7), day) end
  remember(b, 4, before .. kind, day)
  remember(b, 5, version)
  remember(of_tool, 1, definition)
  total = total + 1
end

for i = 1, #ARGV - 1 - count do
  local item = ARGV[1 + count + i]
  local si, ai, pi, bi, ti, ri, rows, amount, bytes, id, final = unpack_struct(ITEM, item)
  local session = track_of(si, 0)
  local at, effect
  if session then at, effect = find_entry(session, id) end
  if final == 'a' then
    if effect == 'p' then
      set_effect(session, at, 'a')
      if not session.ttl then session.ring_only = true end -- nothing of its head changes
      touch_track(session, session_ttl)
      if bi > 0 then learn(item, bi, ti, ri, kind_before(session, at)) end
    end
  elseif not at or effect == 'p' then
    if session then give_back(session, session_ttl, id, final, rows, amount, bytes) end
    local of_agent, of_principal = track_of(ai, keep), track_of(pi, keep)
    if of_agent then give_back(of_agent, 2 * keep, id, final, rows, amount, bytes) end
    if of_principal then give_back(of_principal, 2 * keep, id, final, rows, amount, bytes) end
  end
end
flush_tracks()
flush_baselines()
return total
