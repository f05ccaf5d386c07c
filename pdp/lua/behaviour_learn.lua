-- Learns from what was allowed lately, each baseline read and written once. After `behaviour.lua` and `baseline.lua`.
--
-- KEYS[1]  {organisation}:m
-- ARGV[1]  struct: number of keys, ms: half-life; observations, outlier deviations, daily drift as a fraction, ms: baseline ttl
-- ARGV[…]  suffixes of keys, then lots: struct LOT followed by values, hours, and names of 8 bytes
-- Returns  the number of actions that were learned
--
-- A lot is of one agent, tool, role, version and definition. Values are learned one by one, so that the bounds of what a
-- single action, and a day, may move hold as if each had come by itself.

local LOT = '<HHHHHHHHHc8c8c8'
local LOT_SIZE = 42
local VALUE, VALUE_SIZE = '<dddH', 26
local HOUR, HOUR_SIZE = '<BH', 3

start()
if not epoch then return 0 end
local count
count, half_life, least, outlier, drift, baseline_ttl = unpack_struct('<Hddddd', ARGV[1])
local keys = {}
for i = 1, count do keys[i] = prefix .. ARGV[1 + i] end
local values = call('MGET', unpack(keys))
local day = floor(now / DAY_MS) % 65536

local total = 0
local function learn(lot)
  local bi, ti, ri, times, sorts, hours, resources, destinations, transitions, tool, version, definition =
    unpack_struct(LOT, lot)
  local b = open_baseline(keys[bi], values[bi], 'B1', 0, times)
  local of_tool = open_baseline(keys[ti], values[ti], 'M1', b.v[BORN], times)
  local of_role = ri > 0 and open_baseline(keys[ri], values[ri], 'M1', 0, times)
  local one, two, three = b.v, of_tool.v, of_role and of_role.v
  local at = LOT_SIZE + 1
  for _ = 1, sorts do
    local x1, x2, x3, alike = unpack_struct(VALUE, lot, at)
    at = at + VALUE_SIZE
    for place = FIRST, FIRST + 10, 5 do
      local x = place == FIRST and x1 or place == FIRST + 5 and x2 or x3
      if x >= 0 then
        for _ = 1, alike do
          learn_value(one, place, x)
          learn_value(two, place, x)
          if three then learn_value(three, place, x) end
        end
      end
    end
  end
  for _ = 1, hours do
    local hour, alike = unpack_struct(HOUR, lot, at)
    at = at + HOUR_SIZE
    count_hour(b, hour % HOURS, alike)
  end
  remember(b, 1, tool, day)
  for set, many in ipairs({ 0, resources, destinations, transitions }) do
    for _ = 1, many do
      remember(b, set, sub(lot, at, at + 7), day)
      at = at + 8
    end
  end
  remember(b, 5, version, nil, times)
  remember(of_tool, 1, definition, nil, times)
  total = total + times
end

for i = 2 + count, #ARGV do learn(ARGV[i]) end
flush_baselines()
return total
