-- Claims, reserves and reads for a batch of one organisation. See docs/state.md for the design and the proof.
--
-- KEYS[1]  {organisation}:m   hash: e epoch, s last sequence number, d the same when numbers were last drawn, t last time,
--          r run id of the server, g<writer> fence, S:<agent> suspended (s:<agent> says it as well)
-- ARGV[1]  JSON {w writer, g generation, c number of this trip, e epoch that the writer knows, s highest sequence it has seen,
--            W windows: [length_ms] or [start, start, start, start], S agents (suspension), F facts,
--            q items: [claim id, digest and owner, agent index, lease_ms, order, hold, flags, reservations]}
--          flags: 1 dry run, 2 the writer does not hold this claim any more (take it over at once)
--          reservation: [counter key, window index, amount, element or "", unbounded 0 or 1, counts p, a or d]
-- Returns  [state, now, epoch, sequence, [suspended 0 or 1], [fact or nil], items]; an item is
--          [status, order, hold, answer, known, value, committed, pending, amount, unbounded, known, ...]
-- State: 1 continuous, 0 unknown organisation, -1 discontinuous. Status: 1 mine, 2 in flight, 3 answered, 4 reused.
--
-- Claim: {digest and owner, "f" or "d", lease until, epoch, order, hold, writer, base, decision id, final, answer until}; base: what is
-- committed for it already, flat (window key, amount); after an ALLOW a twelfth, until when base holds. Ticket record, by order in {organisation}:o:<epoch>:
-- {claim id, decided at, {{hold, writer, trip}, ...}, {{window key, length, ends, pending, counts, element,
-- committed, full}, ...}}.

local meta_key = KEYS[1]
local prefix = string.sub(meta_key, 1, -2)
local ask = cjson.decode(ARGV[1])
local writer, generation, trip = ask.w, ask.g, ask.c
local fields = { 'e', 's', 't', 'r', 'g' .. writer }
for _, agent in ipairs(ask.S) do fields[#fields + 1] = 'S:' .. agent end
local meta = call('HMGET', meta_key, unpack(fields))
local epoch, sequence = meta[1], tonumber(meta[2] or 0)

local state = 1
if not epoch then
  state = 0
elseif ask.e ~= epoch or sequence < ask.s or meta[4] ~= run_id() then
  state = -1
end
if state == 1 and tonumber(meta[5] or 0) > generation then
  return redis.error_reply('FENCED a later call of this writer was served before')
end

local now = clock(state == 1 and tonumber(meta[3] or 0) or nil)
local open_key = prefix .. 'o:' .. (epoch or '')
local counter_prefix = prefix .. 'n:' .. (epoch or '') .. ':'

-- Where each declared window lies now: {suffix of the key, length, end}, or false when the clocks disagree.
local windows = {}
for i, w in ipairs(ask.W) do
  windows[i] = false
  if #w == 1 then
    windows[i] = { ':s' .. text(w[1]), w[1], 0 }
  else
    for j = 1, #w - 1 do
      if w[j] <= now and now < w[j + 1] then windows[i] = { ':' .. text(w[j]), 0, w[j + 1] } end
    end
  end
end

local keys = {}
for _, agent in ipairs(ask.S) do keys[#keys + 1] = prefix .. 's:' .. agent end
for _, fact in ipairs(ask.F) do keys[#keys + 1] = prefix .. 'f:' .. fact end
for _, q in ipairs(ask.q) do keys[#keys + 1] = prefix .. 'q:' .. q[1] end
local values = call('MGET', unpack(keys))

local suspended, facts = {}, {}
for i = 1, #ask.S do suspended[i] = (values[i] or meta[5 + i]) and 1 or 0 end
for i = 1, #ask.F do facts[i] = values[#ask.S + i] end
local claims, writes, records, removed = {}, {}, {}, {}
local offset = #ask.S + #ask.F
for i, q in ipairs(ask.q) do claims[q[1]] = claim_of(values[offset + i]) end

local function record_of(order)
  local field = text(order)
  if records[field] == nil then
    local raw = call('HGET', open_key, field)
    records[field] = raw and cmsgpack.unpack(raw) or false
  end
  return records[field]
end

local function show(out, known, committed, pending, amount, unbounded)
  local n = #out
  out[n + 1], out[n + 2], out[n + 3], out[n + 4] = known, committed + pending + amount, committed, pending
  out[n + 5], out[n + 6] = amount, unbounded
end

-- Shows and, unless dry, reserves under `order`. Everything pending was reserved before, so value = committed + pending + own.
local function reserve_all(out, q, order, hold, base, dry)
  local kept, reserved = {}, false
  for i, r in ipairs(q[8]) do
    local w = windows[r[2]]
    local name, full, element = w and r[1] .. w[1], r[3], r[4]
    local c = state == 1 and w and load(counter_prefix .. name, w[2], w[3], element ~= '', now)
    if not c or now < c.lost then
      show(out, 0, 0, 0, 0, r[5])
      kept[i] = { '', 0, 0, 0, r[6], '', 0, 0 }
    else
      local before = base[name .. '|' .. element] or 0
      local amount = math.max(0, full - before)
      if r[5] == 1 or not fits(c, amount, element) then
        show(out, 1, c.c, c.p, 0, 1)
        kept[i] = { name, w[2], w[3], 0, r[6], element, before, 0 }
      else
        local own = amount > 0 and adds(c, amount, element) or 0
        local counted = math.min(before, c.c)
        show(out, 1, c.c - counted, c.p, own + counted, 0)
        kept[i] = { name, w[2], w[3], amount, r[6], element, before, full }
        if amount > 0 and not dry then
          reserve(c, order, amount, element)
          reserved = true
        end
      end
    end
  end
  if reserved then records[text(order)] = { q[1], now, { { hold, writer, trip } }, kept } end
end

local function moved(record)
  for _, r in ipairs(record[4]) do
    if r[2] == 0 and r[3] > 0 and r[3] <= now then return true end
  end
  return false
end

-- Whether a record stands for what is asked now: another bundle may count the same call otherwise.
local function same(record, asked)
  if #record[4] ~= #asked then return false end
  for i, r in ipairs(record[4]) do
    local a = asked[i]
    local named = r[1] == '' or string.sub(r[1], 1, #a[1] + 1) == a[1] .. ':' and r[6] == a[4]
    if not named or (r[8] > 0 and a[3] > r[8]) then return false end
  end
  return true
end

local function own_elements(record, r, c)
  local count = 0
  for _, other in ipairs(record[4]) do
    if other[1] == r[1] and other[4] > 0 and not element_of(c, other[6]) then count = count + 1 end
  end
  return count
end

-- Shows what stands reserved already, with nothing counted that was reserved later.
local function show_reserved(out, q, order, record)
  for i, r in ipairs(record[4]) do
    local c = r[1] ~= '' and load(counter_prefix .. r[1], r[2], r[3], r[6] ~= '', now)
    if not c or now < c.lost then
      show(out, 0, 0, 0, 0, q[8][i] and q[8][i][5] or 0)
    else
      local before = lower(c, order)
      local own = r[4]
      if r[6] ~= '' then own = own_elements(record, r, c) end
      local counted = math.min(r[7], c.c)
      show(out, 1, c.c - counted, before, own + counted, (r[8] == 0 and q[8][i][3] > 0 or q[8][i][5] == 1) and 1 or 0)
    end
  end
  record[2] = now -- decided now, not when it was reserved
  records[text(order)] = record
end

local function release(order, record)
  for _, r in ipairs(record[4]) do
    if r[4] > 0 then
      unreserve(load(counter_prefix .. r[1], r[2], r[3], r[6] ~= '', now), order, r[4], 0, r[6])
    end
  end
  records[text(order)] = false
  removed[#removed + 1] = text(order)
end

-- The stored answer of a claim, while it holds.
local function answer_of(claim)
  return (claim[11] or 0) > now and call('GET', answer_key(prefix, claim)) or nil
end

local function base_of(list)
  local base = {}
  for i = 1, #list, 2 do base[list[i]] = list[i + 1] end
  return base
end

local function mine(q, claim, order, hold, base)
  local list = {}
  for name, amount in pairs(base) do
    list[#list + 1] = name
    list[#list + 1] = amount
  end
  local renewed = { q[2], 'f', now + q[4], epoch, order, hold, writer, list, claim and claim[9] or '', claim and claim[10] or '', 0 }
  renewed[12] = claim and claim[12] or nil
  claims[q[1]] = renewed
  writes[q[1]] = renewed
end

local function draw()
  sequence = sequence + 1
  return sequence
end

local function begin(q, claim, base)
  local order = draw()
  local out = { 1, order, order, '' }
  reserve_all(out, q, order, order, base, false)
  mine(q, claim, order, order, base)
  return out
end

-- The same reservation, held by `hold` (a new one when `join`).
local function continue(q, claim, order, hold, join)
  local record = claim[4] == epoch and record_of(order) or false
  if join and record and now - record[2] >= KEPT then
    return begin(q, nil, {}) -- what a dead writer may have allowed so long ago stays counted until it is back
  end
  if not record or moved(record) or not same(record, q[8]) then
    if record and not join and #record[3] == 1 then release(order, record) end
    return begin(q, claim, base_of(claim[8]))
  end
  if join then record[3][#record[3] + 1] = { hold, writer, trip } end
  local out = { 1, order, hold, '' }
  show_reserved(out, q, order, record)
  mine(q, claim, order, hold, base_of(claim[8]))
  return out
end

local function decide(q)
  local claim, order, hold, flags = claims[q[1]], q[5], q[6], q[7]
  if flags % 2 == 1 or state ~= 1 then
    local out = { 1, 0, 0, '' }
    reserve_all(out, q, 0, 0, {}, true)
    return out
  end
  -- Tools forget used permits: however often it is judged again, one execution is not counted once for ever.
  if claim and claim[2] == 'd' and claim[12] and claim[12] <= now then claim = nil end
  if not claim then return begin(q, nil, {}) end
  if string.sub(q[2], 1, #claim[1]) ~= claim[1] then return { 4, 0, 0, '' } end -- one of a rebuild names no owner
  if claim[2] == 'd' then
    if suspended[q[3]] == 0 then
      local answer = answer_of(claim)
      if answer then return { 3, 0, 0, answer } end
    end
    return begin(q, claim, base_of(claim[8]))
  end
  if order > 0 then
    if claim[4] == epoch and claim[6] == hold then return continue(q, claim, order, hold, false) end
    return { 2, 0, 0, '' } -- taken over by another
  end
  if claim[3] > now and not (flags >= 2 and claim[7] == writer) then return { 2, 0, 0, '' } end
  return continue(q, claim, claim[5], draw(), true)
end

local items = {}
for i, q in ipairs(ask.q) do items[i] = decide(q) end

if state == 1 then
  -- All writes stand here, after everything that could fail. A claim without its reservation, or the other way round,
  -- cannot come about: the script runs as one.
  if next(writes) or generation > tonumber(meta[5] or 0) then
    call('HSET', meta_key, 's', text(sequence), 'd', text(sequence), 't', text(now), 'g' .. writer, text(generation))
  end
  flush(now)
  if #removed > 0 then call('HDEL', open_key, unpack(removed)) end
  local fields = {}
  for field, record in pairs(records) do
    if record then
      fields[#fields + 1] = field
      fields[#fields + 1] = cmsgpack.pack(record)
    end
  end
  if #fields > 0 then call('HSET', open_key, unpack(fields)) end
  -- Of the two places of a suspension a lost one is written again, before the other is lost as well.
  for _, q in ipairs(ask.q) do
    local agent, key, field = ask.S[q[3]], values[q[3]], meta[5 + q[3]]
    if q[7] % 2 == 0 and key and not field then call('HSET', meta_key, 'S:' .. agent, key) end
    if q[7] % 2 == 0 and field and not key then call('SET', prefix .. 's:' .. agent, field) end
  end
  for id, claim in pairs(writes) do call('SET', prefix .. 'q:' .. id, claim_bytes(claim), 'PX', DAY) end
end
return { state, now, epoch or '', sequence, suspended, facts, items }
