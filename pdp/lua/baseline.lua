-- What is usual for an agent: forgotten means, an hour-of-week histogram and bounded sets. After `behaviour.lua`.
--
--   B1 (agent) or M1 (agent and tool, role)  updated  weight  born  day  {weight, mean, variance, mean and deviation at the
--   day's start} of amount, rows, bytes; then M1: number of definitions, definitions; B1: time of ageing, sum of the
--   histogram, sizes of the sets, histogram of 168 x 2 bytes, tools, resource types, destinations, transitions, versions.
-- A set holds records of 10 bytes, latest first: 8 of a name, 2 of the day of its last use, or of its count. A later
-- format has another magic: what this one cannot read begins anew.
--
-- How well an agent is known stands in a key of its own (K), so that a baseline which was lost and begins anew is told from that
-- of a new agent:  K1  updated  weight  born  of the baseline that last made the agent known. R1 stands in place of a baseline that
-- an operator made forgotten.

local MEASURES = '<c2dddI4ddddddddddddddd'
local MEASURES_SIZE = 150
local SETS = '<dI4BBBBB'
local SETS_SIZE = 17
local HOURS = 168
local LIMITS = { 24, 24, 40, 40, 6 } -- records of tools, resource types, destinations, transitions, versions
local RECORD = 10
local FLOOR = 0.05 -- a deviation is at least this share of the mean: what never varied may vary a little
local DAY_MS = 86400000
local NONE = '--------'
local FORGOTTEN = 'R1'
local STANDING, STANDING_SIZE = '<c2ddd', 26 -- as a baseline begins
local LONG_KNOWN = 256 -- so many times what makes an agent known are left of it when an unused baseline is dropped, after 8 half-lives
-- Places in the unpacked measures.
local UPDATED, WEIGHT, BORN, TODAY, FIRST = 2, 3, 4, 5, 6

local baselines, learned = {}, {}
local half_life, least, outlier, drift, baseline_ttl

local function read_baseline(b, raw, kind)
  if #raw <= MEASURES_SIZE or sub(raw, 1, 2) ~= kind then return false end
  local v = { unpack_struct(MEASURES, raw) }
  v[21] = nil -- where unpacking stopped
  if not (finite(v[UPDATED]) and finite(v[WEIGHT]) and finite(v[BORN])) then return false end
  for i = FIRST, FIRST + 10, 5 do
    local variance = v[i + 2]
    if not (finite(v[i]) and finite(v[i + 1]) and variance >= 0 and variance <= MAX * MAX) then return false end
    if not (finite(v[i + 3]) and finite(v[i + 4])) then return false end
  end
  b.v = v
  local at = MEASURES_SIZE + 1
  local sizes
  if kind == 'M1' then
    sizes = { string.byte(raw, at) }
    at = at + 1
  else
    if #raw < MEASURES_SIZE + SETS_SIZE + 2 * HOURS then return false end
    local aged, sum, s1, s2, s3, s4, s5 = unpack_struct(SETS, raw, at)
    if not finite(aged) then return false end
    b.aged, b.sum, sizes = aged, sum, { s1, s2, s3, s4, s5 }
    at = at + SETS_SIZE
    b.hours = sub(raw, at, at + 2 * HOURS - 1)
    at = at + 2 * HOURS
  end
  for i = 1, #sizes do
    local stop = at + sizes[i] * RECORD
    b[i] = sub(raw, at, stop - 1)
    at = stop
  end
  return at == #raw + 1
end

local function new_baseline(b)
  b.v = { b.kind, now, 0, now, floor(now / DAY_MS), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
  b[1] = ''
  if b.kind == 'B1' then
    b[2], b[3], b[4], b[5] = '', '', '', ''
    b.aged, b.sum, b.hours = now, 0, string.rep('\0', 2 * HOURS)
  end
end

local function forget(v)
  local elapsed = now - v[UPDATED]
  if elapsed > 0 then
    local factor = 0.5 ^ (elapsed / half_life)
    v[UPDATED], v[WEIGHT] = now, v[WEIGHT] * factor
    for i = FIRST, FIRST + 10, 5 do v[i] = v[i] * factor end
  end
  local today = floor(now / DAY_MS)
  if today ~= v[TODAY] then
    v[TODAY] = today
    for i = FIRST, FIRST + 10, 5 do v[i + 3], v[i + 4] = v[i + 1], math.sqrt(v[i + 2]) end
  end
end

-- Once enough is known, an outlier moves nothing, and a day moves mean and deviation by `drift` at most. `i`: place of
-- the measure's weight, followed by mean, variance, and mean and deviation at the day's start.
local function learn_value(v, i, x)
  local weight, mean, variance = v[i], v[i + 1], v[i + 2]
  local off = x - mean
  local enough = weight >= least
  if enough then
    -- Compared as squares: outside `outlier` deviations, of which each is at least FLOOR of the mean, and 1.
    local unit = FLOOR * mean
    if unit < 1 then unit = 1 end
    unit = unit * unit
    if unit < variance then unit = variance end
    if off * off > outlier * outlier * unit then return end
  end
  weight = weight + 1
  local moved = mean + off / weight
  variance = variance + (off * (x - moved) - variance) / weight
  if enough then
    local anchor = v[i + 3]
    local limit = anchor > 0 and drift * anchor or 1
    if moved > anchor + limit then moved = anchor + limit end
    if moved < anchor - limit then moved = anchor - limit end
    local widest = max(v[i + 4], FLOOR * anchor, 1) * (1 + drift)
    if variance > widest * widest then variance = widest * widest end
  elseif weight >= least then
    v[i + 3], v[i + 4] = moved, math.sqrt(max(0, variance))
  end
  v[i], v[i + 1], v[i + 2] = weight, moved > 0 and moved or 0, variance > 0 and variance or 0
end

local function place_of(set, name)
  local at = find(set, name, 1, true)
  while at and (at - 1) % RECORD ~= 0 do at = find(set, name, at + 1, true) end
  return at
end

-- Puts a name first, with `stamp` as the day of its last use, or counted `times` more; the least recently used one leaves.
local function remember(b, index, name, stamp, times)
  if name == NONE then return end
  local set = b[index]
  local at = place_of(set, name)
  local old = at and unpack_struct('<H', set, at + 8)
  local new = stamp or min((old or 0) + times, 65535)
  if at == 1 and new == old then return end
  if at then set = sub(set, 1, at - 1) .. sub(set, at + RECORD) end
  local limit = LIMITS[b.kind == 'M1' and 5 or index]
  b[index] = name .. pack_struct('<H', new) .. sub(set, 1, (limit - 1) * RECORD)
end

local function halve(b, times)
  local format = '<' .. string.rep('H', HOURS)
  local v = { unpack_struct(format, b.hours) }
  b.sum = 0
  for i = 1, HOURS do
    v[i] = floor(v[i] / 2 ^ times)
    b.sum = b.sum + v[i]
  end
  v[HOURS + 1] = nil
  b.hours = pack_struct(format, unpack(v))
end

local function count_hour(b, hour, times)
  if now - b.aged >= half_life then
    halve(b, min(16, floor((now - b.aged) / half_life)))
    b.aged = now
  end
  local count = unpack_struct('<H', b.hours, 2 * hour + 1)
  while count + times > 65535 do
    halve(b, 1)
    count = unpack_struct('<H', b.hours, 2 * hour + 1)
  end
  b.hours = sub(b.hours, 1, 2 * hour) .. pack_struct('<H', count + times) .. sub(b.hours, 2 * hour + 3)
  b.sum = b.sum + times
end

-- Whether the track of an agent without a baseline was lost: nobody knows then whether it had one.
local function is_track_lost(key)
  local raw, t = call('GET', prefix .. 'A' .. sub(key, #prefix + 2)), {}
  return raw and read_track(t, raw) and t.v[LOST] > now
end

-- One that was born before `since` is not read: the agent's own baseline was reset or lost in between.
local function open_baseline(key, raw, kind, since, times)
  local b = baselines[key]
  if not b then
    b = { key = key, kind = kind }
    if not raw or not read_baseline(b, raw, kind) or b.v[BORN] < since then
      new_baseline(b)
      b.lost = kind == 'B1' and raw ~= FORGOTTEN and (raw or is_track_lost(key))
    end
    forget(b.v)
    baselines[key] = b
    learned[#learned + 1] = b
  end
  b.v[WEIGHT] = b.v[WEIGHT] + times
  return b
end

-- Nothing is written of an agent that is not known yet, so that what an earlier baseline said stays.
local function write_standing(b, head)
  local key = prefix .. 'K' .. sub(b.key, #prefix + 2)
  if b.v[WEIGHT] >= least - 0.5 then
    call('SET', key, 'K1' .. sub(head, 3, STANDING_SIZE), 'PX', baseline_ttl)
  elseif b.lost then
    call('SET', key, pack_struct(STANDING, 'K1', now, LONG_KNOWN * least, 0), 'PX', baseline_ttl, 'NX')
  end
end

local function flush_baselines()
  for i = 1, #learned do
    local b = learned[i]
    local head = pack_struct(MEASURES, unpack(b.v))
    local value
    if b.kind == 'M1' then
      value = head .. string.char(#b[1] / RECORD) .. b[1]
    else
      local sizes = pack_struct(SETS, b.aged, b.sum, #b[1] / RECORD, #b[2] / RECORD, #b[3] / RECORD, #b[4] / RECORD,
        #b[5] / RECORD)
      value = head .. sizes .. b.hours .. b[1] .. b[2] .. b[3] .. b[4] .. b[5]
      write_standing(b, head)
    end
    call('SET', b.key, value, 'PX', baseline_ttl)
  end
end
