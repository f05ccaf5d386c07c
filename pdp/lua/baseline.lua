-- What is usual for an agent: forgotten means, an hour-of-week histogram and bounded sets. After `behaviour.lua`.
--
--   B1 (agent) or M1 (agent and tool, role)  updated  weight  day  {weight, mean, variance, mean and deviation at the
--   day's start} of amount, rows, bytes; then M1: number of definitions, definitions; B1: time of ageing, sum of the
--   histogram, sizes of the sets, histogram of 168 x 2 bytes, tools, resource types, destinations, transitions, versions.
-- A set holds records of 10 bytes, latest first: 8 of a name, 2 of the day of its last use, or of its count.

local MEASURES = '<c2ddI4ddddddddddddddd'
local MEASURES_SIZE = 142
local SETS = '<dI4BBBBB'
local SETS_SIZE = 17
local HOURS = 168
local HISTOGRAM = '<' .. string.rep('H', HOURS)
local LIMITS = { 24, 24, 40, 40, 6 } -- records of tools, resource types, destinations, transitions, versions
local RECORD = 10
local FLOOR = 0.05 -- a deviation is at least this share of the mean: what never varied may vary a little
local DAY_MS = 86400000
local NONE = '--------'

local baselines, learned = {}, {}
local half_life, least, outlier, drift, baseline_ttl

local function sound(n, bound) return n == n and n >= 0 and n <= bound end

local function load_measures(b, raw)
  local v = { unpack_struct(MEASURES, raw) }
  b.updated, b.weight, b.day = v[2], v[3], v[4]
  local ok = sound(b.updated, MAX) and sound(b.weight, MAX)
  for i = 1, 3 do
    local m = { v[5 * i], v[5 * i + 1], v[5 * i + 2], v[5 * i + 3], v[5 * i + 4] }
    ok = ok and sound(m[1], MAX) and sound(m[2], MAX) and sound(m[3], MAX * MAX) and sound(m[4], MAX) and sound(m[5], MAX)
    b[i] = m
  end
  return ok
end

local function load_sets(b, raw, at)
  for i, size in ipairs(b.sizes) do
    b.sets[i] = sub(raw, at, at + size * RECORD - 1)
    at = at + size * RECORD
  end
  return at == #raw + 1
end

-- What cannot be read begins anew, as an agent that nobody knows.
local function load_baseline(raw, kind)
  local b = { kind = kind, sets = {} }
  local ok = raw and #raw > MEASURES_SIZE and sub(raw, 1, 2) == kind and load_measures(b, raw)
  if ok and kind == 'M1' then
    b.sizes = { string.byte(raw, MEASURES_SIZE + 1) }
    ok = load_sets(b, raw, MEASURES_SIZE + 2)
  elseif ok and #raw >= MEASURES_SIZE + SETS_SIZE + 2 * HOURS then
    local v = { unpack_struct(SETS, raw, MEASURES_SIZE + 1) }
    b.aged, b.sum, b.sizes = v[1], v[2], { v[3], v[4], v[5], v[6], v[7] }
    local at = MEASURES_SIZE + SETS_SIZE + 1
    b.hours = sub(raw, at, at + 2 * HOURS - 1)
    ok = sound(b.aged, MAX) and load_sets(b, raw, at + 2 * HOURS)
  else
    ok = false
  end
  if ok then return b end
  b.updated, b.weight, b.day = now, 0, floor(now / DAY_MS)
  for i = 1, 3 do b[i] = { 0, 0, 0, 0, 0 } end
  b.sets = kind == 'M1' and { '' } or { '', '', '', '', '' }
  b.aged, b.sum, b.hours = now, 0, string.rep('\0', 2 * HOURS)
  return b
end

local function forget(b)
  local factor = 0.5 ^ (max(0, now - b.updated) / half_life)
  b.updated, b.weight = max(now, b.updated), b.weight * factor
  for i = 1, 3 do b[i][1] = b[i][1] * factor end
  local today = floor(now / DAY_MS)
  if today ~= b.day then
    b.day = today
    for i = 1, 3 do b[i][4], b[i][5] = b[i][2], math.sqrt(b[i][3]) end
  end
end

-- Once enough is known, an outlier moves nothing, and a day moves mean and deviation by `drift` at most.
local function learn_value(m, x)
  local enough, mean, deviation = m[1] >= least, m[2], math.sqrt(m[3])
  if enough and math.abs(x - mean) > outlier * max(deviation, FLOOR * mean, 1) then return end
  local weight = m[1] + 1
  local moved = mean + (x - mean) / weight
  local variance = m[3] + ((x - mean) * (x - moved) - m[3]) / weight
  if enough then
    local limit = m[4] > 0 and drift * m[4] or 1
    moved = max(m[4] - limit, min(m[4] + limit, moved))
    local widest = max(m[5], FLOOR * m[4], 1) * (1 + drift)
    variance = min(variance, widest * widest)
  elseif weight >= least then
    m[4], m[5] = moved, math.sqrt(max(0, variance))
  end
  m[1], m[2], m[3] = weight, max(0, moved), max(0, variance)
end

local function place_of(set, name)
  local at = 1
  while true do
    at = find(set, name, at, true)
    if not at or (at - 1) % RECORD == 0 then return at end
    at = at + 1
  end
end

-- Puts a name first with `stamp(old)`; the least recently used one leaves.
local function remember(b, index, name, stamp)
  if name == NONE then return end
  local set = b.sets[index]
  local at = place_of(set, name)
  local old = at and unpack_struct('<H', set, at + 8)
  local new = stamp(old)
  if at == 1 and new == old then return end
  local record = name .. pack_struct('<H', new)
  if at then set = sub(set, 1, at - 1) .. sub(set, at + RECORD) end
  b.sets[index] = record .. sub(set, 1, (LIMITS[b.kind == 'M1' and 5 or index] - 1) * RECORD)
end

local function today_stamp() return floor(now / DAY_MS) % 65536 end
local function count_stamp(old) return min((old or 0) + 1, 65535) end

local function halve(b, times)
  local v = { unpack_struct(HISTOGRAM, b.hours) }
  b.sum = 0
  for i = 1, HOURS do
    v[i] = floor(v[i] / 2 ^ times)
    b.sum = b.sum + v[i]
  end
  v[HOURS + 1] = nil
  b.hours = pack_struct(HISTOGRAM, unpack(v))
end

local function count_hour(b, hour)
  if now - b.aged >= half_life then
    halve(b, min(16, floor((now - b.aged) / half_life)))
    b.aged = now
  end
  local count = unpack_struct('<H', b.hours, 2 * hour + 1)
  if count == 65535 then
    halve(b, 1)
    count = unpack_struct('<H', b.hours, 2 * hour + 1)
  end
  b.hours = sub(b.hours, 1, 2 * hour) .. pack_struct('<H', count + 1) .. sub(b.hours, 2 * hour + 3)
  b.sum = b.sum + 1
end

local function open_baseline(key, raw, kind)
  local b = baselines[key]
  if not b then
    b = load_baseline(raw, kind)
    b.key = key
    baselines[key] = b
    learned[#learned + 1] = b
    forget(b)
  end
  b.weight = b.weight + 1
  return b
end

local function flush_baselines()
  for _, b in ipairs(learned) do
    local m, n, o = b[1], b[2], b[3]
    local parts = { pack_struct(MEASURES, b.kind, b.updated, b.weight, b.day, m[1], m[2], m[3], m[4], m[5],
      n[1], n[2], n[3], n[4], n[5], o[1], o[2], o[3], o[4], o[5]) }
    local s = b.sets
    if b.kind == 'M1' then
      parts[2], parts[3] = string.char(#s[1] / RECORD), s[1]
    else
      parts[2] = pack_struct(SETS, b.aged, b.sum, #s[1] / RECORD, #s[2] / RECORD, #s[3] / RECORD, #s[4] / RECORD,
        #s[5] / RECORD)
      parts[3] = b.hours
      for i = 1, 5 do parts[3 + i] = s[i] end
    end
    call('SET', b.key, table.concat(parts), 'PX', whole(baseline_ttl))
  end
end
