-- Commits or gives back, and stores answers. Idempotent: a hold is settled once.
--
-- KEYS[1]  {organisation}:m
-- ARGV[1]  JSON {e epoch that the writer knows, s highest sequence it has seen,
--            q: [[claim id, epoch, order, hold, final a, d or w, amounts, until, decision id], ...]}; until when the
--          answer holds that the caller has stored under its hold already (see `answer_key`), 0 for none;
--          amounts: {"1": amount} by position of the reservation from 1, or empty
-- Returns  [epoch, sequence]; ["", 0] when there is nothing to settle on
--
-- A reservation held by several (one whose lease ran out, one who took it over) is given back when the last of them gives
-- it back: another's ALLOW may stand in a log that only its writer can read.

local meta_key = KEYS[1]
local prefix = string.sub(meta_key, 1, -2)
local ask = cjson.decode(ARGV[1])
local meta = call('HMGET', meta_key, 'e', 's', 't')
local epoch = meta[1]
if not epoch then return { '', 0 } end -- nothing to settle on: the organisation's state is gone
if ask.e == epoch and tonumber(meta[2] or 0) < ask.s then
  -- A server that lost its last writes, or an older copy. Settling raises the sequence, which would hide that from everybody.
  call('HDEL', meta_key, 'e')
  return { '', 0 }
end
local now = clock(tonumber(meta[3] or 0))
local open_key = prefix .. 'o:' .. epoch
local counter_prefix = prefix .. 'n:' .. epoch .. ':'

local keys, orders = {}, {}
for i, s in ipairs(ask.q) do
  keys[i] = prefix .. 'q:' .. s[1]
  orders[i] = text(s[3])
end
local raw_claims = call('MGET', unpack(keys))
local raw_records = call('HMGET', open_key, unpack(orders))
local claims, records = {}, {}
for i, s in ipairs(ask.q) do
  claims[s[1]] = claim_of(raw_claims[i])
  if s[2] == epoch then records[orders[i]] = raw_records[i] and cmsgpack.unpack(raw_records[i]) or false end
end

local function take_hold(record, hold)
  for i, holder in ipairs(record[3]) do
    if holder[1] == hold then
      table.remove(record[3], i)
      return true
    end
  end
  return false
end

local function keeps(counts, final)
  if final == 'w' then return false end
  return counts == 'p' or counts == final
end

local function settle_one(order, record, final, amounts)
  local last = #record[3] == 0
  for i, r in ipairs(record[4]) do
    if r[4] > 0 then
      local c = load(counter_prefix .. r[1], r[2], r[3], r[6] ~= '', now)
      if keeps(r[5], final) then
        local target = math.min(amounts[tostring(i)] or r[8], r[8])
        local added = math.min(math.max(0, target - r[7]), r[4])
        local off = (last or r[6] ~= '') and r[4] or added
        commit(c, added, r[6], record[2])
        unreserve(c, order, off, r[4] - off, r[6])
        r[7], r[4] = r[7] + added, r[4] - off
      elseif last then
        unreserve(c, order, r[4], 0, r[6])
        r[4] = 0
      end
    end
  end
end

local function base_of(record)
  local base = {}
  for _, r in ipairs(record[4]) do
    if r[7] > 0 then
      base[#base + 1] = r[1] .. '|' .. r[6]
      base[#base + 1] = r[7]
    end
  end
  return base
end

local sets, dropped = {}, {}
for i, s in ipairs(ask.q) do
  local id, hold, final = s[1], s[4], s[5]
  local record, claim = s[2] == epoch and records[orders[i]] or false, claims[s[1]]
  local held = record and take_hold(record, hold)
  if held then settle_one(s[3], record, final, s[6]) end
  if claim and claim[4] == s[2] and claim[6] == hold and claim[2] == 'f' then
    if record then claim[8] = base_of(record) end
    if final == 'w' and #claim[8] == 0 then
      claims[id] = false
      dropped[#dropped + 1] = keys[i]
    else
      claim[2] = 'd'
      if final ~= 'w' then claim[9], claim[10] = s[8], final end
      if final == 'a' and not claim[12] then claim[12] = now + KEPT end
      claim[11] = math.min(s[7], now + KEPT)
      sets[#sets + 1] = keys[i]
      sets[#sets + 1] = claim_bytes(claim)
    end
  end
end

local sequence = call('HINCRBY', meta_key, 's', 1)
flush(now)
local gone, kept = {}, {}
for field, record in pairs(records) do
  if record and #record[3] == 0 then
    gone[#gone + 1] = field
  elseif record then
    kept[#kept + 1] = field
    kept[#kept + 1] = cmsgpack.pack(record)
  end
end
if #gone > 0 then call('HDEL', open_key, unpack(gone)) end
if #kept > 0 then call('HSET', open_key, unpack(kept)) end
if #dropped > 0 then call('DEL', unpack(dropped)) end
for i = 1, #sets, 2 do call('SET', sets[i], sets[i + 1], 'PX', KEPT) end
return { epoch, sequence }
