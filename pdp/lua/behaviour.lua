-- What agents did lately: tracks of sessions, agents and principals. Prepended to the scripts of `pdp.behaviour.companion`.
-- Nothing is written before `flush_tracks`, so an error leaves everything as it was.
--
-- A track is two strings. Its head has a fixed part (HEADER), a line and the denied:
--   T3 epoch  entries  taint now, before, of the entries  number of denied  lost until  since  renewed
--   {actions, denials, rows, amount, bytes} now, before  bursts  span of the denials now  bytes of the entries  last kind
--   <classes now>|<classes before>|<agents: ;name,last ms;...>|<classes of the entries>|  similarities of the denied, 8 bytes each
-- Its entries (key of the head and `r`) are lines, oldest first, so that one more is an APPEND and another effect a SETRANGE:
--   \n<id>|<effect>|<similarity>|<ms>|<kind before in its session>|<kind>|<verbs>|<flags>|<session>|<rows>|<types>|<payload>|<result>
-- Where nothing but numbers changes in a head, only its fixed part is written.
-- Totals lie in two buckets of `keep` ms that follow each other: what is counted stays for `keep` at least, twice at most.
-- Denials lie in two of `span` ms, of sessions too: who was refused much and has become quiet may go on.
-- Effects: p pending, a allowed, d denied, h held, w withdrawn. Flags: 1 external, 2 untrusted, 4 threatened, 8 reported.
-- The list of agents is of a principal. That of an agent holds its principals, so that each tells when the other is lost, and ASKED:
-- when what its sessions were given (provenance.lua) was last there as it asked for it.
-- Classes and taint of the header are of what has left the entries; its taint has 16 when an outcome was reported of an action that
-- was not permitted, whose entry counts for nothing. Those of the entries stand beside it, so that
-- whoever only wants to know what was read needs no entries; so do, for agents and principals, the similarities of all entries
-- that were denied, and of some that are no more among them. Entries of another length than the head says are lost, never few.
-- A later format has another magic than T3.

local call = redis.call
local sub, find, match, byte = string.sub, string.find, string.match, string.byte
local floor, min, max = math.floor, math.min, math.max
local pack_struct, unpack_struct = struct.pack, struct.unpack
local MAX = 9007199254740991 -- 2^53 - 1
local MOST = 4294967295 -- 2^32 - 1
local KEEP, FULL = 32, 48 -- entries: cut to KEEP when there are more than FULL
local MOST_LISTED = 2 * FULL -- entries of one batch are cut to so many
local CLASSES = 400 -- longest list of classes in bytes: beyond it everything counts as unclassified
-- Effect, flags and result of an entry.
local ENTRY = '\n%x+|(%a)|%x+|%d+|[^|]*|[^|]*|%a+|(%d+)|[^\n]*|([^|\n]*)'
local PLACED_ENTRY = '()' .. ENTRY
local SLOTS = 6 -- a burst is counted in so many slots, and one more
local PEERS = 16 -- agents that are remembered of a principal or a workspace
local ASKED = '------------'
local PEER = 27 -- bytes of each: 12 of its name, 13 of the time in ms, and what parts them
local HEADER = '<c2c16HBBBBdddI4I4dddI4I4dddI4HHHHHHHI4I4c4'
local SIZE = 142
-- Places in the unpacked header.
local N, TAINT, TAINT_BEFORE, HELD, COUNT, LOST, SINCE, RENEWED, NOW, BEFORE = 3, 4, 5, 6, 7, 8, 9, 10, 11, 16
local SLOT, BURSTS, SPAN, BYTES, KIND = 21, 22, 29, 30, 31
local COUNT_AT, TRIED = 24, 8 -- byte of the number of denied, bytes of each
local MOST_TRIED = MOST_LISTED -- whatever stands in the entries was denied before so many others at most
local RENEWAL = 16 -- keys live a part in so many longer than they have to, so that not every action has to renew that
local HOUR_MS = 3600000

local prefix = sub(KEYS[1], 1, -2)
local tracks, changed = {}, {}
local epoch, now, begun
local span = HOUR_MS -- of denials; each script sets it to the session ttl

-- Redis TIME in ms, never before what the organisation has seen.
local function start()
  local meta = call('HMGET', KEYS[1], 'e', 't', 'b')
  local t = call('TIME')
  epoch = meta[1]
  now = max(t[1] * 1000 + floor(t[2] / 1000), tonumber(meta[2] or 0))
  begun = tonumber(meta[3] or 0) or 0
end

local function finite(n) return n == n and n >= 0 and n <= MAX end

-- The taint of both: 2 untrusted, 4 threatened, 16 misreported.
local function bits(one, other)
  if other % 4 >= 2 and one % 4 < 2 then one = one + 2 end
  if other % 8 >= 4 and one % 8 < 4 then one = one + 4 end
  if other % 32 >= 16 and one % 32 < 16 then one = one + 16 end
  return one
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

local function read_track(t, raw)
  if #raw <= SIZE then return false end
  local v = { unpack_struct(HEADER, raw) }
  if v[1] ~= 'T3' or v[2] ~= epoch then return false end
  local volumes = v[13] + v[14] + v[15] + v[18] + v[19] + v[20] + v[LOST] + v[SINCE] + v[RENEWED]
  if volumes ~= volumes or min(v[13], v[14], v[15], v[18], v[19], v[20], v[LOST], v[SINCE], v[RENEWED]) < 0
    or max(v[13], v[14], v[15], v[18], v[19], v[20], v[LOST], v[SINCE], v[RENEWED]) > MAX then
    return false
  end
  local classes, before, peers, held, at = match(raw, '^([^|]*)|([^|]*)|([^|]*)|([^|]*)|()', SIZE + 1)
  if not classes or #raw ~= at - 1 + TRIED * v[COUNT] then return false end
  t.v, t.classes, t.classes_before, t.peers, t.held_classes, t.tried = v, classes, before, peers, held, sub(raw, at)
  return true
end

-- The entries are not those that the head speaks of. What they held stays in taint and classes and counts on; the track
-- is lost until what they said would have been forgotten.
local function lose_ring(t)
  local v = t.v
  v[TAINT], t.classes = bits(v[TAINT], v[HELD]), join_classes(t.classes, t.held_classes)
  v[LOST] = max(v[LOST], now + max(t.keep, span, HOUR_MS))
  v[N], v[BYTES], v[HELD], t.held_classes, t.tried = 0, 0, 0, '', ''
  t.ring, t.effects, t.whole, t.hurt, t.line = '', nil, true, true, true
end

-- The entries, read when they are needed.
local function ring_of(t)
  if not t.ring then
    t.ring = call('GET', t.key .. 'r') or ''
    if #t.ring ~= t.v[BYTES] then lose_ring(t) end
  end
  return t.ring
end

-- Taint and classes of the entries, from the entries.
local function recount(t)
  local taint, classes = 0, ''
  for effect, flags, result in string.gmatch(ring_of(t), ENTRY) do
    if effect == 'p' or effect == 'a' then
      if flags ~= '0' then taint = bits(taint, tonumber(flags)) end
      if result ~= '' then classes = join_classes(classes, result) end
    end
  end
  t.v[HELD], t.held_classes, t.line = taint, classes, true
end

-- Whether another entry that counts brings all that the one at `at` does.
local function brought_by_another(t, at)
  local _, flags, result = match(t.ring, ENTRY, at)
  local taint = bits(0, tonumber(flags or 0))
  if result == '' and taint == 0 then return true end
  for place, effect, others, same in string.gmatch(t.ring, PLACED_ENTRY) do
    if same == result and place ~= at then
      effect = t.effects and t.effects[place] or effect
      if (effect == 'p' or effect == 'a') and (taint == 0 or bits(tonumber(others), taint) == tonumber(others)) then return true end
    end
  end
  return false
end

-- Entries from before `since` go for good.
local function prune(t, since)
  local ring, at = ring_of(t), 1
  while true do
    local moment = match(ring, '^\n%x+|%a|%x+|(%d+)', at)
    if not moment or tonumber(moment) >= since then break end
    t.v[N] = max(0, t.v[N] - 1)
    at = find(ring, '\n', at + 1, true) or #ring + 1
  end
  if at > 1 then t.ring, t.whole = sub(ring, at), true end
  recount(t)
end

local function rotate(t, keep)
  local v = t.v
  local age = now - v[SINCE]
  if age < keep then return end
  t.rotated, t.unpruned = true, ring_of(t)
  prune(t, now - keep)
  local stale = age >= 2 * keep
  for i = NOW, NOW + 4 do
    if i ~= NOW + 1 then
      v[i + 5] = stale and 0 or v[i]
      v[i] = 0
    end
  end
  v[TAINT_BEFORE], t.classes_before = stale and 0 or v[TAINT], stale and '' or t.classes
  v[TAINT], t.classes, v[SINCE], t.line = 0, '', now, true
end

-- `keep`: ms a bucket lasts, 0 for ever. `gone`: until when a track that is not there counts as lost, 0 for a new one.
-- `ring`: its entries, nil when nobody has looked.
local function open_track(key, raw, keep, width, gone, ring)
  local t = tracks[key]
  if t then return t end
  t = { key = key, width = width, keep = keep, added = 0, ring = ring }
  if not raw or not read_track(t, raw) then
    t.void = true
    local lost = raw and now + max(keep, span, HOUR_MS) or gone
    t.v = { 'T3', epoch, 0, 0, 0, 0, 0, lost, now, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '^^^^' }
    t.classes, t.classes_before, t.peers, t.held_classes, t.tried = '', '', '', '', ''
    t.ring, t.whole, t.line = '', raw and true or false, true
  else
    if ring and #ring ~= t.v[BYTES] then lose_ring(t) end
    if keep > 0 then rotate(t, keep) end
  end
  tracks[key] = t
  return t
end

-- Also moves the slots of bursts to where they stand now.
local function touch_track(t, ttl)
  if t.ttl then return end
  t.ttl = ttl
  changed[#changed + 1] = t
  local v = t.v
  if now - v[RENEWED] >= ttl / RENEWAL or now < v[RENEWED] then v[RENEWED], t.renew = now, true end
  local slot = floor(now / t.width) % MOST
  local shift = slot - v[SLOT]
  if shift > 0 then
    for i = BURSTS + SLOTS, BURSTS, -1 do v[i] = i - shift >= BURSTS and v[i - shift] or 0 end
    v[SLOT] = slot
  end
  local period = floor(now / span) % MOST
  if period > v[SPAN] then
    v[BEFORE + 1] = period == v[SPAN] + 1 and v[NOW + 1] or 0
    v[NOW + 1], v[SPAN] = 0, period
  end
  if t.tried ~= '' and v[NOW + 1] == 0 and v[BEFORE + 1] == 0 then t.tried, t.line = '', true end
end

-- Adds what an action moves, or takes it back (negative) from the bucket that holds what was counted at `at`. Bounds are
-- seen to at the end.
local function add_volumes(t, at, rows, amount, bytes)
  local v = t.v
  local i = at < v[SINCE] and BEFORE or NOW
  v[i + 2], v[i + 3], v[i + 4] = v[i + 2] + rows, v[i + 3] + amount, v[i + 4] + bytes
end

local function within(n, most) return n < 0 and 0 or n > most and most or n end

-- Where the entry of `id` stands: its first byte (the line end before it) and its effect; nil when it is not there.
local function find_entry(t, id)
  local ring = ring_of(t)
  local at = ring ~= '' and find(ring, '\n' .. id .. '|', 1, true)
  if not at then return nil end
  local effect = t.effects and t.effects[at] or sub(ring, at + 18, at + 18)
  return at, effect
end

local function set_effect(t, at, effect)
  if not t.effects then t.effects = {} end
  t.effects[at] = effect
end

-- Puts noted effects into the entries, before their places move.
local function apply_effects(t)
  if not t.effects then return end
  for at, effect in pairs(t.effects) do t.ring = sub(t.ring, 1, at + 17) .. effect .. sub(t.ring, at + 19) end
  t.effects, t.whole = nil, true
end

local function time_of(t, at) return tonumber(match(t.ring, '^%d+', at + 37)) end

local function drop_entry(t, at)
  apply_effects(t)
  local after = find(t.ring, '\n', at + 1, true)
  t.ring, t.whole = sub(t.ring, 1, at - 1) .. (after and sub(t.ring, after) or ''), true
  t.v[N] = max(0, t.v[N] - 1)
end

-- The agent among the latest agents of a principal or workspace, or a principal among those of an agent, in records of one length;
-- its time is exact to an eighth of the window, and who reads leaves out those of long ago.
local function with_peer(peers, agent, window)
  local at = find(peers, ';' .. agent .. ',', 1, true)
  if at then
    if now - tonumber(sub(peers, at + 14, at + PEER - 1)) < window / 8 then return peers end
    peers = sub(peers, 1, at - 1) .. sub(peers, at + PEER)
  end
  return ';' .. agent .. ',' .. now .. sub(peers, 1, (PEERS - 1) * PEER)
end

-- Notes that what the sessions of an agent were given is there. Before its first call was answered it may not be, though another call
-- came by another way; so it is looked for.
local function note_given(t, name, exact)
  local peers = with_peer(t.peers, ASKED, exact)
  if peers ~= t.peers and call('EXISTS', prefix .. 'W:' .. name) == 1 then t.peers, t.line = peers, true end
end

-- The similarities of the denied among some entries.
local function denied_among(ring)
  local list = {}
  for similarity in string.gmatch(ring, '\n%x+|d|(%x+)|') do
    if #similarity == 2 * TRIED then
      list[#list + 1] = string.gsub(similarity, '%x%x', function(lane) return string.char(tonumber(lane, 16)) end)
    end
  end
  return table.concat(list)
end

-- What leaves the entries stays in taint and classes; what was refused or withdrawn leaves nothing. What has just been added
-- stays: it is settled as it was added, in one batch, and what is no longer listed then gives nothing back.
local function cut_entries(t)
  local ring, at = t.ring, 1
  local left = min(max(KEEP, t.added), MOST_LISTED)
  for _ = 1, t.v[N] - left do at = find(ring, '\n', at + 1, true) or #ring + 1 end
  for effect, flags, result in string.gmatch(sub(ring, 1, at - 1), ENTRY) do
    if effect == 'p' or effect == 'a' then
      if flags ~= '0' then t.v[TAINT] = bits(t.v[TAINT], tonumber(flags)) end
      if result ~= '' and result ~= t.classes then t.classes, t.line = join_classes(t.classes, result), true end
    end
  end
  if t.tried ~= '' then t.tried, t.line = denied_among(sub(ring, at)), true end
  t.ring, t.v[N] = sub(ring, at), left -- taint and classes of the entries stay: what they have beyond those is in the others
end

-- Only what is added makes entries leave: settling cuts none, so that a batch may be settled in parts.
local function overflows(t) return t.added > 0 and t.v[N] + t.added > FULL end

-- Writes the entries: as a whole when lines have gone or changed, else only what is new.
local function flush_ring(t)
  local key, v, fresh, cut = t.key .. 'r', t.v, '', overflows(t)
  if t.added > 0 then fresh = t.added > 1 and table.concat(t, '', 1, t.added) or t[1] end
  if not (cut or t.whole or t.stale) then
    if t.effects then
      for at, effect in pairs(t.effects) do call('SETRANGE', key, at + 17, effect) end
    end
    if fresh == '' or call('APPEND', key, fresh) == v[BYTES] + #fresh then
      if (t.renew or v[BYTES] == 0) and v[N] + t.added > 0 then call('PEXPIRE', key, t.life) end
      v[N], v[BYTES] = v[N] + t.added, v[BYTES] + #fresh
      return
    end
    lose_ring(t) -- with what was added, which its head counts already and its entries show again
  end
  ring_of(t)
  apply_effects(t)
  t.ring, v[N] = t.ring .. fresh, v[N] + t.added
  if cut then cut_entries(t) end
  if t.stale or t.hurt then recount(t) end
  v[BYTES] = #t.ring
  if t.ring == '' then call('DEL', key) else call('SET', key, t.ring, 'PX', t.life) end
end

local function flush_tracks()
  for i = 1, #changed do -- whatever has to be read, before anything is written
    local t = changed[i]
    if t.whole or t.stale or overflows(t) then ring_of(t) end
  end
  for i = 1, #changed do
    local t = changed[i]
    local v = t.v
    t.life = floor(t.ttl + t.ttl / RENEWAL)
    flush_ring(t)
    for j = NOW, BEFORE, 5 do
      if min(v[j], v[j + 1], v[j + 2], v[j + 3], v[j + 4]) < 0 or max(v[j], v[j + 1]) > MOST
        or max(v[j + 2], v[j + 3], v[j + 4]) > MAX then
        v[j], v[j + 1] = within(v[j], MOST), within(v[j + 1], MOST)
        v[j + 2], v[j + 3], v[j + 4] = within(v[j + 2], MAX), within(v[j + 3], MAX), within(v[j + 4], MAX)
      end
    end
    v[BURSTS], v[COUNT] = min(v[BURSTS], 65535), #t.tried / TRIED
    local fixed = pack_struct(HEADER, unpack(v, 1, KIND))
    if t.line or t.renew then
      local line = t.classes .. '|' .. t.classes_before .. '|' .. t.peers .. '|' .. t.held_classes .. '|' .. t.tried
      call('SET', t.key, fixed .. line, 'PX', t.life)
    else
      call('SETRANGE', t.key, 0, fixed)
    end
  end
end
