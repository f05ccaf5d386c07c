-- Ends what was pending: denied and withdrawn actions give back what they would have moved. Idempotent: only what is still
-- pending changes. After `behaviour.lua`.
--
-- KEYS[1]  {organisation}:m
-- ARGV[1]  struct: number of keys; ms: session ttl, keep, burst slot
-- ARGV[…]  suffixes of keys, then items: struct ITEM. An allowed action names its session, another one its session, agent
--          and principal; the places of the others are 0.
-- Returns  4 bytes an item: of one that was pending and is allowed now the kind of what its session did before, else blanks
--
-- Of a session in which everything was allowed only the entries are touched: nothing that its head says changes.

local ITEM = '<HHHdddc16c1c8'
local NOTHING = '    '

start()
local count, session_ttl, keep, width = unpack_struct('<Hddd', ARGV[1])
if not epoch then return string.rep(NOTHING, #ARGV - 1 - count) end
span = session_ttl

local names, places = {}, {}
local function want(name)
  if not places[name] then
    names[#names + 1] = name
    places[name] = #names
  end
end
local items = {}
for i = 2 + count, #ARGV do
  local item = { unpack_struct(ITEM, ARGV[i]) }
  items[#items + 1] = item
  for j = 1, 3 do
    if item[j] > 0 then
      local key = prefix .. ARGV[1 + item[j]]
      item[j] = key
      want(key .. 'r')
      if item[8] ~= 'a' then want(key) end
    end
  end
end
local values = call('MGET', unpack(names))

-- The whole track; nil when it is gone, because there is nothing to end then.
local function track_of(key, bucket)
  if key == 0 then return nil end
  local raw = values[places[key]]
  if not raw then return nil end
  local t = tracks[key] or open_track(key, raw, bucket, width, 0, values[places[key .. 'r']] or '')
  return not t.void and t or nil
end

-- Its entries alone, where nobody needs more of it.
local lists = {}
local function entries_of(key)
  if places[key] then return track_of(key, 0) end
  local t = lists[key]
  if not t then
    t = { key = key, ring = values[places[key .. 'r']] or '' }
    lists[key] = t
  end
  return t
end

local function note_denied(t, similarity)
  for at = 1, #t.tried, TRIED do
    if sub(t.tried, at, at + TRIED - 1) == similarity then
      t.tried = sub(t.tried, 1, at - 1) .. sub(t.tried, at + TRIED)
      break
    end
  end
  t.tried, t.line = sub(t.tried, -TRIED * (MOST_TRIED - 1)) .. similarity, true
end

local function give_back(t, ttl, id, final, rows, amount, bytes, similarity)
  local at, effect = find_entry(t, id)
  if at and effect ~= 'p' then return end
  touch_track(t, ttl)
  if final == 'd' then t.v[NOW + 1] = t.v[NOW + 1] + 1 end
  if not at then return end -- so many came after it that it has left: what it moved stays counted
  if not brought_by_another(t, at) then t.stale = true end
  local moment = time_of(t, at)
  add_volumes(t, moment, -rows, -amount, -bytes)
  if final == 'w' then
    local place = moment < t.v[SINCE] and BEFORE or NOW
    t.v[place] = t.v[place] - 1
    drop_entry(t, at)
  else
    set_effect(t, at, final)
    if final == 'd' and t.keep > 0 then note_denied(t, similarity) end
  end
end

-- The kind of what the session did before.
local function kind_before(t, at)
  local kind = match(t.ring, '^%d+|([^|]+)|', at + 37)
  return kind and #kind == 4 and kind or '^^^^'
end

local out = {}
for i, item in ipairs(items) do
  local si, rows, amount, bytes, id, final = item[1], item[4], item[5], item[6], item[7], item[8]
  local session = entries_of(si)
  local at, effect
  if session then at, effect = find_entry(session, id) end
  out[i] = NOTHING
  if final == 'a' then
    if effect == 'p' then
      set_effect(session, at, 'a')
      out[i] = kind_before(session, at)
    end
  elseif not at or effect == 'p' then
    if session then give_back(session, session_ttl, id, final, rows, amount, bytes, item[9]) end
    local of_agent, of_principal = track_of(item[2], keep), track_of(item[3], keep)
    if of_agent then give_back(of_agent, 2 * keep, id, final, rows, amount, bytes, item[9]) end
    if of_principal then give_back(of_principal, 2 * keep, id, final, rows, amount, bytes, item[9]) end
  end
end

local function write_effects(t)
  for at, effect in pairs(t.effects or {}) do call('SETRANGE', t.key .. 'r', at + 17, effect) end
end
for key, t in pairs(tracks) do
  if not t.ttl and not t.whole then write_effects(t) end
end
flush_tracks()
for _, t in pairs(lists) do write_effects(t) end
return table.concat(out)
