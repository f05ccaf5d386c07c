-- What agents did lately: tracks of sessions, agents and principals. Prepended to the scripts of `pdp.behaviour`.
-- Nothing is written before `flush_tracks`, so an error leaves everything as it was.
--
-- A track is one string: a header of fixed size (HEADER), a line of data classes, then its entries, newest first:
--   T1 epoch  entries  taint now, before  lost until  since  {actions, denials, rows, amount, bytes} now, before  bursts
--   \n<id>|<effect>|<time ms>|<kind>|<verb>|<flags>|<similarity>|<session>|<rows>|<resource type>|<payload>|<result>
-- Totals lie in two buckets of `keep` ms that follow each other: what is counted stays for `keep` at least, twice at most.
-- Effects: p pending, a allowed, d denied, h held, w withdrawn. Flags: 1 external, 2 untrusted, 4 threatened, 8 reported.
-- The line of classes and the taint hold what has left the entries: `<classes now>|<classes before>`, each sorted.

local call = redis.call
local sub, find, match, floor, min, max = string.sub, string.find, string.match, math.floor, math.min, math.max
local pack_struct, unpack_struct = struct.pack, struct.unpack
local MAX = 9007199254740991 -- 2^53 - 1
local MOST = 4294967295 -- 2^32 - 1
local KEEP, FULL = 32, 64 -- entries: cut to KEEP when there are more than FULL
local CLASSES = 400 -- longest list of classes in bytes: beyond it everything counts as unclassified
local SLOTS = 6 -- a burst is counted in so many slots, and one more
local HEADER = '<c2c16HBBddI4I4dddI4I4dddI4HHHHHHH'
local SIZE = 120
local ZERO = { 0, 0, 0, 0, 0 }

local prefix = sub(KEYS[1], 1, -2)
local tracks, changed = {}, {}
local epoch, now, begun

local function whole(n) return string.format('%.0f', n) end

-- Redis TIME in ms, never before what the organisation has seen.
local function start()
  local meta = call('HMGET', KEYS[1], 'e', 't', 'b')
  local t = call('TIME')
  epoch = meta[1]
  now = max(t[1] * 1000 + floor(t[2] / 1000), tonumber(meta[2] or 0))
  begun = tonumber(meta[3] or 0) or 0
end

local function finite(n) return n == n and n >= 0 and n <= MAX end

local function bits(one, other)
  local sum = one
  for _, bit_ in ipairs({ 2, 4 }) do
    if other % (2 * bit_) >= bit_ and sum % (2 * bit_) < bit_ then sum = sum + bit_ end
  end
  return sum
end

-- Both lists in one, sorted, each class once.
local function join_classes(one, other)
  if other == '' or one == other then return one end
  if one == '' then return other end
  local seen, list = {}, {}
  for class in string.gmatch(one .. ',' .. other, '[^,]+') do
    if not seen[class] then
      seen[class] = true
      list[#list + 1] = class
    end
  end
  table.sort(list)
  local joined = table.concat(list, ',')
  return #joined <= CLASSES and joined or 'unclassified'
end

-- `keep`: ms a bucket lasts, 0 for ever. `gone`: until when a track that is not there counts as lost, 0 for a new one.
local function open_track(key, raw, keep, width, gone)
  local t = tracks[key]
  if t then return t end
  t = { key = key, width = width, new = {}, void = false }
  local ok = raw and #raw > SIZE and sub(raw, 1, 2) == 'T1' and sub(raw, 3, 18) == epoch
  if ok then
    local v = { unpack_struct(HEADER, raw) }
    t.n, t.taint, t.taint_before, t.lost, t.since = v[3], v[4], v[5], v[6], v[7]
    t.now = { v[8], v[9], v[10], v[11], v[12] }
    t.before = { v[13], v[14], v[15], v[16], v[17] }
    t.slot, t.bursts = v[18], { v[19], v[20], v[21], v[22], v[23], v[24], v[25] }
    t.classes, t.classes_before, t.rest = match(raw, '^([^|\n]*)|([^|\n]*)(.*)$', SIZE + 1)
    ok = t.rest and finite(t.since)
    for i = 3, 5 do ok = ok and finite(t.now[i]) and finite(t.before[i]) end
  end
  if not ok then
    t.void = true
    t.n, t.taint, t.taint_before, t.since, t.lost = 0, 0, 0, now, raw and now + max(keep, 3600000) or gone
    t.now, t.before = { 0, 0, 0, 0, 0 }, ZERO
    t.slot, t.bursts, t.classes, t.classes_before, t.rest = 0, { 0, 0, 0, 0, 0, 0, 0 }, '', '', ''
  end
  if keep > 0 and now - t.since >= keep then
    local stale = now - t.since >= 2 * keep
    t.before = stale and ZERO or t.now
    t.taint_before, t.classes_before = stale and 0 or t.taint, stale and '' or t.classes
    t.now, t.taint, t.classes, t.since = { 0, 0, 0, 0, 0 }, 0, '', now
  end
  tracks[key] = t
  return t
end

local function touch_track(t, ttl)
  t.ttl = ttl
  if not t.dirty then
    t.dirty = true
    changed[#changed + 1] = t
  end
end

local function count_burst(t)
  local slot = floor(now / t.width) % MOST
  local shift = slot - t.slot
  if shift > 0 then
    local moved = {}
    for i = 1, SLOTS + 1 do moved[i] = t.bursts[i - shift] or 0 end
    t.slot, t.bursts = slot, moved
  end
  t.bursts[1] = min(t.bursts[1] + 1, 65535)
end

-- Adds what an action moves, or takes it back (`sign` -1) from the bucket that holds what was counted at `at`.
local function add_volumes(t, sign, at, rows, amount, bytes)
  local bucket = t.now
  if at < t.since then
    if t.before == ZERO then return end
    bucket = t.before
  end
  bucket[3] = max(0, min(bucket[3] + sign * rows, MAX))
  bucket[4] = max(0, min(bucket[4] + sign * amount, MAX))
  bucket[5] = max(0, min(bucket[5] + sign * bytes, MAX))
end

-- Where the entry of `id` stands: its first byte (the line end before it) and its effect; nil when it is not there.
local function find_entry(t, id)
  local at = find(t.rest, '\n' .. id .. '|', 1, true)
  if not at then return nil end
  return at, sub(t.rest, at + 18, at + 18)
end

local function set_effect(t, at, effect) t.rest = sub(t.rest, 1, at + 17) .. effect .. sub(t.rest, at + 19) end

local function time_of(t, at) return tonumber(match(t.rest, '^%d+', at + 20)) end

local function drop_entry(t, at)
  local after = find(t.rest, '\n', at + 1, true)
  t.rest = sub(t.rest, 1, at - 1) .. (after and sub(t.rest, after) or '')
  t.n = max(0, t.n - 1)
end

-- What leaves the entries stays in taint and classes, with those of denied and withdrawn actions left out.
local function cut_entries(t)
  local kept, at = 0, 1
  for line_at, effect, flags, result in
    string.gmatch(t.rest, '()\n%x+|(%a)|%d+|[^|]*|%a+|(%d+)|[^\n]*|([^|\n]*)')
  do
    kept = kept + 1
    if kept > KEEP then
      if at == 1 then at = line_at end
      if effect == 'p' or effect == 'a' then
        t.taint = bits(t.taint, tonumber(flags))
        t.classes = join_classes(t.classes, result)
      end
    end
  end
  if kept > KEEP then t.rest = sub(t.rest, 1, at - 1) end
  t.n = min(kept, KEEP)
end

local function flush_tracks()
  for _, t in ipairs(changed) do
    local count = #t.new
    if count > 0 then
      local lines = {}
      for i = count, 1, -1 do lines[#lines + 1] = t.new[i] end
      lines[#lines + 1] = t.rest
      t.rest = table.concat(lines)
      t.n = t.n + count
      if t.n > FULL then cut_entries(t) end
    end
    local a, b, s = t.now, t.before, t.bursts
    local header = pack_struct(HEADER, 'T1', epoch, t.n, t.taint, t.taint_before, t.lost, t.since,
      min(a[1], MOST), min(a[2], MOST), a[3], a[4], a[5], b[1], b[2], b[3], b[4], b[5],
      t.slot, s[1], s[2], s[3], s[4], s[5], s[6], s[7])
    call('SET', t.key, header .. t.classes .. '|' .. t.classes_before .. t.rest, 'PX', whole(t.ttl))
  end
end
