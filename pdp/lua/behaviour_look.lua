-- Shows what agents did lately and appends what they want to do now, as pending. Runs after enrich.lua in one pipeline.
--
-- KEYS[1]  {organisation}:m
-- ARGV[1]  struct: number of keys, ms: session ttl, keep, burst slot, peers window
-- ARGV[…]  suffixes of keys, then items: struct ITEM followed by the body of the entry
-- Returns  [now, values of the keys, lost until of the keys (0: known), appended: "1" or "0" an item]
--
-- Appended is an action whose claim is in flight and that is not there yet: a dry run has no claim, a stored answer no
-- claim in flight. One that was denied and is judged again becomes pending again.

local ITEM = '<HHHHHHdddc16c12c12'
local ITEM_SIZE = 76
local PEERS = 16

start()
local count, session_ttl, keep, width, peers_window = unpack_struct('<Hdddd', ARGV[1])
local keys, values, lost = {}, {}, {}
for i = 1, count do
  keys[i] = prefix .. ARGV[1 + i]
  lost[i] = 0
end
if epoch and count > 0 then
  values = call('MGET', unpack(keys))
else
  for i = 1, count do values[i] = false end
end

local seen = begun > 0 -- only then something can have been lost before this epoch
local function lost_before(ttl) return seen and now < begun + ttl and begun + ttl or 0 end

-- A session that is not there though its agent used it lately was lost, not new.
local function session_gone(agent_raw, tag)
  local at = agent_raw and match(agent_raw, '\n%x+|%a|(%d+)|[^|]*|%a+|%d+|%x+|' .. tag .. '|')
  if at and now - tonumber(at) < session_ttl then return now + session_ttl end
  return lost_before(session_ttl)
end

local function peers_of(index, agent)
  if index == 0 then return end
  local raw = values[index] or ''
  local first, stamp = match(raw, '^;(%x+),(%d+)')
  if first == agent and now - tonumber(stamp) < peers_window / 8 then return end
  local list = { ';' .. agent .. ',' .. whole(now) }
  for other, at in string.gmatch(raw, ';(%x+),(%d+)') do
    if other ~= agent and now - tonumber(at) < peers_window and #list < PEERS then
      list[#list + 1] = ';' .. other .. ',' .. at
    end
  end
  values[index] = table.concat(list)
  call('SET', keys[index], values[index], 'PX', whole(peers_window))
end

local shown, peers = {}, {}
for i = 1, count do shown[i] = values[i] end

local function tell(index, t)
  lost[index] = t.lost
  if t.void then shown[index] = false end
end

local appended, known = {}, {}
for i = 1, #ARGV - 1 - count do
  local item = ARGV[1 + count + i]
  local si, ai, pi, ui, wi, ci, rows, amount, bytes, id, agent, tag = unpack_struct(ITEM, item)
  local sr, ar, pr = values[si], values[ai], pi > 0 and values[pi]
  local session = open_track(keys[si], sr, 0, width, sr and 0 or session_gone(ar, tag))
  local of_agent = open_track(keys[ai], ar, keep, width, ar and 0 or sr and now + keep or lost_before(keep))
  local of_principal = pi > 0
    and open_track(keys[pi], pr, keep, width, pr and 0 or sr and now + keep or lost_before(keep))
  tell(si, session)
  tell(ai, of_agent)
  if pi > 0 then tell(pi, of_principal) end
  appended[i] = '0'
  -- The first byte of a claim says `f` while it is in flight.
  if ci > 0 and values[ci] and sub(values[ci], 1, 1) == 'f' and not known[id] then
    known[id] = true
    local at, effect = find_entry(session, id)
    if not at then
      local line = '\n' .. id .. '|p|' .. whole(now) .. '|' .. sub(item, ITEM_SIZE + 1)
      appended[i] = '1'
      for _, t in ipairs({ session, of_agent, of_principal or nil }) do
        touch_track(t, t == session and session_ttl or 2 * keep)
        t.new[#t.new + 1] = line
        t.now[1] = t.now[1] + 1
        add_volumes(t, 1, now, rows, amount, bytes)
        count_burst(t)
      end
    elseif effect ~= 'p' and effect ~= 'a' then
      for _, t in ipairs({ session, of_agent, of_principal or nil }) do
        local there = find_entry(t, id)
        if there then set_effect(t, there, 'p') end
        touch_track(t, t == session and session_ttl or 2 * keep)
        add_volumes(t, 1, now, rows, amount, bytes)
      end
    end
    if not peers[agent .. ui .. wi] then
      peers[agent .. ui .. wi] = true
      peers_of(ui, agent)
      peers_of(wi, agent)
    end
  end
end
flush_tracks()
return { now, shown, lost, table.concat(appended) }
