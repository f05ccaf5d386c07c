-- Forgets what was not permitted, for nothing was read by it, and marks what was: a later refusal under its name is not its.
--
-- KEYS[1]  {organisation}:m
-- ARGV     two an item: session, claim (8) .. tool (4) .. "a" when it was allowed, else "d"

for i = 1, #ARGV, 2 do
  local key = prefix .. 'V:' .. ARGV[i]
  local claim, tool, final = string.sub(ARGV[i + 1], 1, 8), string.sub(ARGV[i + 1], 9, 12), string.sub(ARGV[i + 1], 13)
  local held = call('HMGET', key, 'p', 'P')
  for place, field in ipairs({ 'p', 'P' }) do
    local rest, entry = without(held[place] or '', claim)
    if entry and string.sub(entry, 9, 12) == tool and string.byte(entry, 13) < 4 then
      if final == 'a' then rest = rest .. string.sub(entry, 1, 12) .. string.char(string.byte(entry, 13) + 4) end
      call('HSET', key, field, rest)
    end
  end
end
return #ARGV / 2
