-- Records what the result of an action held, on its entry in each track; on the track itself when it has left the entries.
--
-- KEYS[1]  {organisation}:m
-- ARGV     struct (ms: session ttl, keep, burst slot; rows or -1, flags, 1 when the report may replace what the catalog
--          says), id, result classes, then suffixes of the keys of session, agent and, when there is one, principal
-- Returns  the number of tracks that hold the action

start()
if not epoch then return 0 end
local session_ttl, keep, width, rows, flags, replaces = unpack_struct('<ddddBB', ARGV[1])
span = session_ttl
local id, result = ARGV[2], ARGV[3]
-- 16: the report is of an action that was not permitted. That taints the tracks, whatever they list; a report of nothing else
-- leaves the entry as it was.
local misreported, tells = flags >= 16, result ~= '' or rows >= 0 or flags % 16 > 0
flags = flags % 16
local keys = {}
for i = 4, #ARGV do keys[#keys + 1] = prefix .. ARGV[i] end
local values = call('MGET', unpack(keys))
local held = 0

local function note(t, at)
  local stop = find(t.ring, '\n', at + 1, true) or #t.ring + 1
  local head, verb, had, middle, counted, tail, classes =
    match(sub(t.ring, at, stop - 1), '^(\n%x+|%a|%x+|%d+|[^|]*|[^|]*|)(%a+)|(%d+)|([^|]*)|(%d+)|(.*)|([^|]*)$')
  if not head then return end
  local merged = bits(tonumber(had), flags)
  if merged % 16 < 8 then
    merged = merged + 8
    if replaces == 1 then classes = '' end
  end
  local changed_rows = tonumber(counted)
  if rows >= 0 and (replaces == 1 or rows > changed_rows) then
    add_volumes(t, time_of(t, at), rows - changed_rows, 0, 0)
    changed_rows = rows
  end
  t.ring = sub(t.ring, 1, at - 1) .. head .. verb .. '|' .. merged .. '|' .. middle .. '|'
    .. string.format('%.0f', changed_rows) .. '|' .. tail .. '|' .. join_classes(classes, result) .. sub(t.ring, stop)
end

for i, key in ipairs(keys) do
  local bucket = i == 1 and 0 or keep
  local t = values[i] and open_track(key, values[i], bucket, width, 0)
  if t and not t.void then
    local at = find_entry(t, id)
    if misreported then t.v[TAINT], t.line = bits(t.v[TAINT], 16), true end
    if i == 2 and flags > 0 then note_given(t, sub(ARGV[5], 2), min(keep, 8 * HOUR_MS)) end
    if at and not tells then
      held = held + 1
    elseif at then
      held = held + 1
      t.stale = true
      note(t, at)
    else
      t.v[TAINT] = bits(t.v[TAINT], flags)
      t.classes, t.line = join_classes(t.classes, result), true
    end
    touch_track(t, i == 1 and session_ttl or 2 * keep)
  end
end
flush_tracks()
if misreported then
  -- In a key of its own as well: tracks are lost with their epoch, and a suspect would be none then.
  call('SET', prefix .. 'X' .. sub(ARGV[5], 2), '1', 'PX', string.format('%.0f', 2 * keep))
end
return held
