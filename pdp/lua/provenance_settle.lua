-- Forgets what was not permitted, for nothing was read by it, and marks what was: a later refusal under its name is not its,
-- and whatever session comes next, this agent has read what nobody may report.
--
-- KEYS[1]  {organisation}:m
-- ARGV     three an item: session, agent, claim (8) .. tool (4) .. "a" when it was allowed and may have read text of outsiders,
--          else "d"

for i = 1, #ARGV, 3 do
  local key = prefix .. 'V:' .. ARGV[i]
  local claim, tool, final = string.sub(ARGV[i + 2], 1, 8), string.sub(ARGV[i + 2], 9, 12), string.sub(ARGV[i + 2], 13)
  local waiting = prefix .. 'W:' .. ARGV[i + 1]
  if final == 'a' and call('EXISTS', waiting) == 1 then
    local flags = tonumber(call('HGET', waiting, 'f') or 0) or 0
    if flags % 2 == 0 then call('HSET', waiting, 'f', string.format('%d', flags + 1)) end
  end
  local held = call('HMGET', key, 'p', 'P')
  for place, field in ipairs({ 'p', 'P' }) do
    local rest, entry = without(held[place] or '', claim)
    if entry and string.sub(entry, 9, 12) == tool and bit.band(string.byte(entry, 13), 4) == 0 then
      if final == 'a' then rest = rest .. string.sub(entry, 1, 12) .. string.char(string.byte(entry, 13) + 4) end
      call('HSET', key, field, rest)
      if final ~= 'a' and field == 'p' and call('HEXISTS', waiting, 'u') == 1 then call('HINCRBY', waiting, 'u', -1) end
    end
  end
end
return #ARGV / 3
