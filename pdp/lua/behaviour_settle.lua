-- Ends what was pending: denied and withdrawn actions give back what they would have moved, allowed ones are learned.
-- Idempotent: only what is still pending changes. After `behaviour.lua` and `baseline.lua`.
--
-- KEYS[1]  {organisation}:m
-- ARGV[1]  struct: number of keys, ms: session ttl, keep, burst slot, half-life; observations, outlier deviations, daily
--          drift as a fraction, ms: baseline ttl
-- ARGV[…]  suffixes of keys, then items: struct ITEM followed by destinations of 8 bytes
-- Returns  the number of actions that were learned

local ITEM = '<HHHHHHdddc16c1dddHc8c8c8c8c4'
local ITEM_SIZE = 115

start()
if not epoch then return 0 end
local count, session_ttl, keep, width
count, session_ttl, keep, width, half_life, least, outlier, drift, baseline_ttl =
  unpack_struct('<Hdddddddd', ARGV[1])
local keys = {}
for i = 1, count do keys[i] = prefix .. ARGV[1 + i] end
local values = call('MGET', unpack(keys))

local function track_of(index, bucket)
  if index == 0 or not values[index] then return nil end -- gone: there is nothing to end
  local t = open_track(keys[index], values[index], bucket, width, 0)
  return not t.void and t or nil
end

local function give_back(t, ttl, id, final, rows, amount, bytes)
  local at, effect = find_entry(t, id)
  if at and effect ~= 'p' then return end
  touch_track(t, ttl)
  if final == 'd' then t.now[2] = t.now[2] + 1 end
  if not at then return end -- so many came after it that it has left: what it moved stays counted
  local moment = time_of(t, at)
  add_volumes(t, -1, moment, rows, amount, bytes)
  if final == 'w' then
    local bucket = moment < t.since and t.before or t.now
    if bucket ~= ZERO then bucket[1] = max(0, bucket[1] - 1) end
    drop_entry(t, at)
  else
    set_effect(t, at, final)
  end
end

-- The kind of what was done before: the next older entry that was not refused.
local function kind_before(t, at)
  local kind = match(t.rest, '\n%x+|[ap]|%d+|([^|]+)|', at + 20)
  return kind or '^^^^'
end

local total = 0
for i = 1, #ARGV - 1 - count do
  local item = ARGV[1 + count + i]
  local si, ai, pi, bi, ti, ri, rows, amount, bytes, id, final, x1, x2, x3, hour, tool, resource, version, definition, kind =
    unpack_struct(ITEM, item)
  local session, of_agent, of_principal = track_of(si, 0), track_of(ai, keep), track_of(pi, keep)
  local at, effect
  if session then at, effect = find_entry(session, id) end
  if final == 'a' then
    if at and effect == 'p' then
      set_effect(session, at, 'a')
      touch_track(session, session_ttl)
      total = total + 1
      local b = open_baseline(keys[bi], values[bi], 'B1')
      local of_tool = open_baseline(keys[ti], values[ti], 'M1')
      local of_role = ri > 0 and open_baseline(keys[ri], values[ri], 'M1')
      for n, x in ipairs({ x1, x2, x3 }) do
        if x >= 0 then
          learn_value(b[n], x)
          learn_value(of_tool[n], x)
          if of_role then learn_value(of_role[n], x) end
        end
      end
      count_hour(b, hour % HOURS)
      remember(b, 1, tool, today_stamp)
      remember(b, 2, resource, today_stamp)
      for d = ITEM_SIZE + 1, #item, 8 do remember(b, 3, sub(item, d, d + 7), today_stamp) end
      remember(b, 4, kind_before(session, at) .. kind, today_stamp)
      remember(b, 5, version, count_stamp)
      remember(of_tool, 1, definition, count_stamp)
    end
  elseif not at or effect == 'p' then
    if session then give_back(session, session_ttl, id, final, rows, amount, bytes) end
    if of_agent then give_back(of_agent, 2 * keep, id, final, rows, amount, bytes) end
    if of_principal then give_back(of_principal, 2 * keep, id, final, rows, amount, bytes) end
  end
end
flush_tracks()
flush_baselines()
return total
