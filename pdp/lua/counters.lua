-- Counters of one organisation inside one script call: load once, change in memory, write once at the end.
-- Prepended to the scripts that count. Nothing is written before `flush`, so an error leaves everything as it was.
--
-- A counter window is a hash:
--   c  committed (DISTINCT: number of committed elements)   p  reserved and not settled (DISTINCT: elements only reserved)
--   o, n  oldest and newest bucket of a sliding window      d  oldest bucket of a committed element (sliding DISTINCT)
--   w  when it was listed last (below), Unix ms          l  until when what was counted before counts as lost, Unix ms
--   b<bucket>  what was committed in a bucket               <order>  what a ticket has reserved
--   k<element> committed element: its bucket, or 1          r<element> how many tickets reserve it
--   <order>:<element>  a ticket's reservation of an element
--
-- Sliding windows are rings of 60 buckets. A bucket counts until its END has left the window: too long by at most one
-- bucket, never too short.

-- {organisation}:c:<day>:<00 to ff> lists the counters that expire on that day (since 1970) and when: field 16 hex digits of the
-- SHA-1 of the key, value Unix ms. One that is not there though it is listed was lost: it has no data until its window is over.
-- It is listed again, and made to expire again, by the first change an hour after the last: a lost list comes back so.

local call = redis.call
local MAX = 9007199254740991 -- 2^53 - 1: beyond it Lua numbers lose units
local DAY = 86400000
local RENEWAL = 3600000 -- a counter is listed again, and a sliding one made to expire later, so seldom
local BUCKETS = 60
local ELEMENTS = 1024 -- a DISTINCT set is exact up to here; full counts as over
local SCAN = 4096 -- more reservations than this in one window are counted as if all came before

local loaded = {}
local touched = {}

local texts = {}

local function text(n)
  local found = texts[n]
  if not found then
    found = string.format('%.0f', n)
    texts[n] = found
  end
  return found
end

-- Redis TIME in ms, never before `last`.
local function clock(last)
  local t = call('TIME')
  local now = t[1] * 1000 + math.floor(t[2] / 1000)
  if last and last > now then return last end
  return now
end

-- A claim begins with `f` while it is in flight and with `d` once it is answered, for those who need no more of it. Its
-- table follows (see enrich.lua).
local function claim_of(raw)
  if not raw then return false end
  local _, claim = cmsgpack.unpack_one(raw, 1)
  return claim
end

-- How long an answered claim lives, and what is counted for it holds after its first ALLOW, in ms: less than tools remember used
-- permits (UsedPermits).
local KEPT = 600000

local function claim_bytes(claim) return claim[2] .. cmsgpack.pack(claim) end

-- Where the stored answer of a claim is: by who gave it, so that nobody's overwrites another's. It is written before the claim
-- says that it is there, and counts only as long as the claim says so. Another form of answers takes another name, so that a
-- decision point that knows one form alone finds none of the other, and judges again.
local function answer_key(prefix, claim) return prefix .. 'a2:' .. claim[4] .. '.' .. text(claim[6]) end

local function run_id()
  return string.match(call('INFO', 'server'), 'run_id:(%x+)')
end

local function prune_sum(c)
  if not c.oldest or c.oldest >= c.live then return end
  local fields = {}
  for b = c.oldest, math.min(c.live - 1, c.newest) do fields[#fields + 1] = 'b' .. text(b) end
  local amounts = call('HMGET', c.key, unpack(fields))
  for i, field in ipairs(fields) do
    if amounts[i] then
      c.c = c.c - tonumber(amounts[i])
      c.gone[#c.gone + 1] = field
    end
  end
  if c.live > c.newest then
    c.oldest, c.newest = nil, nil
    c.gone[#c.gone + 1] = 'o'
    c.gone[#c.gone + 1] = 'n'
  else
    c.oldest = c.live
  end
end

local function prune_distinct(c)
  if not c.due or c.due >= c.live then return end
  local all = call('HGETALL', c.key)
  local due = nil
  for i = 1, #all, 2 do
    local element = string.match(all[i], '^k(.*)$')
    if element then
      local bucket = tonumber(all[i + 1])
      if bucket < c.live then
        c.c = c.c - 1
        c.kept[element] = false
        c.gone[#c.gone + 1] = all[i]
      elseif not due or bucket < due then
        due = bucket
      end
    elseif string.sub(all[i], 1, 1) == 'r' then
      c.refs[string.sub(all[i], 2)] = tonumber(all[i + 1])
    end
  end
  for element, kept in pairs(c.kept) do
    if kept == false and (c.refs[element] or 0) > 0 then c.p = c.p + 1 end
  end
  c.due = due
  if not due then c.gone[#c.gone + 1] = 'd' end
end

-- When the key of a counter expires that was written at `now`: a day beyond the window, because late settling must still find its
-- ticket.
local function expiry(c, now) return (c.length > 0 and now + c.length + 2 * c.width or c.ends) + DAY end

local function listing(c, day)
  if not c.digest then c.digest = string.sub(redis.sha1hex(c.key), 1, 16) end
  local at = string.find(c.key, '}:n:', 1, true)
  return string.sub(c.key, 1, at + 1) .. 'c:' .. text(day) .. ':' .. string.sub(c.digest, 1, 2)
end

-- Until when a counter that is not there is missed: as long as what was counted last would count; 0 for a new one.
local function missed_until(c, now)
  local last, latest = math.floor(expiry(c, now) / DAY), 0
  for day = c.length > 0 and math.floor(now / DAY) or last, last do
    latest = math.max(latest, tonumber(call('HGET', listing(c, day), c.digest) or 0))
  end
  latest = latest - DAY + (c.length > 0 and RENEWAL or 0)
  return latest > now and latest or 0
end

-- `length` 0: calendar window that ends at `ends`; else a sliding window of `length` ms.
local function load(key, length, ends, distinct, now)
  local c = loaded[key]
  if c then return c end
  local v = call('HMGET', key, 'c', 'p', 'o', 'n', 'd', 'w', 'l')
  c = {
    key = key, length = length, ends = ends, distinct = distinct,
    c = tonumber(v[1] or 0), p = tonumber(v[2] or 0), oldest = tonumber(v[3] or nil), newest = tonumber(v[4] or nil),
    due = tonumber(v[5] or nil), listed = tonumber(v[6] or 0), lost = tonumber(v[7] or 0), set = {}, gone = {}, buckets = {}, kept = {}, refs = {},
  }
  if length > 0 then
    c.width = math.ceil(length / BUCKETS)
    c.live = math.floor((now - length) / c.width)
    if distinct then prune_distinct(c) else prune_sum(c) end
  end
  if not (v[1] and v[2]) then c.lost = missed_until(c, now) end
  loaded[key] = c
  return c
end

local function touch(c)
  if not c.dirty then
    c.dirty = true
    touched[#touched + 1] = c
  end
end

local function element_of(c, element)
  if c.kept[element] == nil then
    local v = call('HMGET', c.key, 'k' .. element, 'r' .. element)
    c.kept[element] = tonumber(v[1] or nil) or false
    c.refs[element] = tonumber(v[2] or 0)
  elseif c.refs[element] == nil then
    c.refs[element] = tonumber(call('HGET', c.key, 'r' .. element) or 0)
  end
  return c.kept[element], c.refs[element]
end

local function set_refs(c, element, refs)
  c.refs[element] = refs
  c.set['r' .. element] = refs > 0 and refs or false
end

-- Whether an amount or a new element still fits into exact numbers.
local function fits(c, amount, element)
  if element == '' then return c.c + c.p + amount <= MAX end
  local kept, refs = element_of(c, element)
  return kept or refs > 0 or c.c + c.p < ELEMENTS
end

-- What a reservation would add right now: an amount, or 1 for an element that nobody holds.
local function adds(c, amount, element)
  if element == '' then return amount end
  local kept, refs = element_of(c, element)
  return (kept or refs > 0) and 0 or 1
end

local function reserve(c, order, amount, element)
  touch(c)
  if element == '' then
    c.p = c.p + amount
    c.set[text(order)] = amount
    return
  end
  c.p = c.p + adds(c, amount, element)
  set_refs(c, element, c.refs[element] + 1)
  c.set[text(order) .. ':' .. element] = 1
end

-- Takes `amount` off what a ticket has reserved, of which `left` remains.
local function unreserve(c, order, amount, left, element)
  local field = text(order)
  if element ~= '' then field = field .. ':' .. element end
  -- A sliding window that nobody used may have expired and begun anew: give back only what stands there.
  if c.length > 0 and c.set[field] == nil and call('HEXISTS', c.key, field) == 0 then return end
  touch(c)
  if element == '' then
    c.p = math.max(0, c.p - amount)
    c.set[field] = left > 0 and left or false
    return
  end
  local kept, refs = element_of(c, element)
  c.set[field] = false
  if refs > 0 then
    set_refs(c, element, refs - 1)
    if refs == 1 and not kept then c.p = math.max(0, c.p - 1) end
  end
end

-- Counts for good what was decided at `at` (ms).
local function commit(c, amount, element, at)
  local bucket = c.length > 0 and math.floor(at / c.width) or 1
  if c.length > 0 and bucket < c.live then return end -- decided so long ago that its window is over
  touch(c)
  if element ~= '' then
    local kept, refs = element_of(c, element)
    if not kept then
      c.c = c.c + 1
      if refs > 0 then c.p = math.max(0, c.p - 1) end
    end
    c.kept[element] = math.max(kept or 0, bucket)
    c.set['k' .. element] = c.kept[element]
    if c.length > 0 and (not c.due or bucket < c.due) then c.due = bucket end
    return
  end
  c.c = c.c + amount
  if c.length == 0 or amount == 0 then return end
  local field = 'b' .. text(bucket)
  if not c.buckets[bucket] then c.buckets[bucket] = tonumber(call('HGET', c.key, field) or 0) end
  c.buckets[bucket] = c.buckets[bucket] + amount
  c.set[field] = c.buckets[bucket]
  if not c.oldest or bucket < c.oldest then c.oldest = bucket end
  if not c.newest or bucket > c.newest then c.newest = bucket end
end

-- What was reserved before ticket `order` and is not settled (its own elements of DISTINCT not included).
local function lower(c, order)
  if c.p == 0 then return 0 end
  if call('HLEN', c.key) > SCAN then return c.p end
  if not c.all then c.all = call('HGETALL', c.key) end
  local sum, seen, own = 0, {}, {}
  for i = 1, #c.all, 2 do
    local number, element = string.match(c.all[i], '^(%d+):?(.*)$')
    number = tonumber(number)
    if number and c.distinct then
      if number == order then own[element] = true end
      if number < order then seen[element] = true end
    elseif number and number < order then
      sum = sum + tonumber(c.all[i + 1])
    end
  end
  for element in pairs(seen) do
    if not own[element] and not element_of(c, element) then sum = sum + 1 end
  end
  return sum
end

local function flush(now)
  for _, c in ipairs(touched) do
    local fields, gone = { 'c', text(c.c), 'p', text(c.p) }, c.gone
    for field, value in pairs(c.set) do
      if value then
        fields[#fields + 1] = field
        fields[#fields + 1] = text(value)
      else
        gone[#gone + 1] = field
      end
    end
    if c.oldest then
      fields[#fields + 1] = 'o'
      fields[#fields + 1] = text(c.oldest)
      fields[#fields + 1] = 'n'
      fields[#fields + 1] = text(c.newest)
    end
    if c.due then
      fields[#fields + 1] = 'd'
      fields[#fields + 1] = text(c.due)
    end
    if c.lost > 0 then
      fields[#fields + 1] = 'l'
      fields[#fields + 1] = text(c.lost)
    end
    local renew = now > c.listed + RENEWAL
    if renew then
      fields[#fields + 1] = 'w'
      fields[#fields + 1] = text(now)
    end
    if #gone > 0 then call('HDEL', c.key, unpack(gone)) end
    call('HSET', c.key, unpack(fields))
    if renew then
      local expires = expiry(c, now)
      call('PEXPIREAT', c.key, text(expires))
      local day = math.floor(expires / DAY)
      local list = listing(c, day)
      call('HSET', list, c.digest, text(expires))
      call('PEXPIREAT', list, text((day + 1) * DAY))
    end
  end
end
