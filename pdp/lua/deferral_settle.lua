-- Keeps when a request was deferred first, and forgets it when it is decided.
--
-- KEYS[1]  {organisation}:m
-- ARGV[1]  JSON [[claim id, since ms, depth, ttl_ms], ...]; ttl 0 forgets. The first time stands: a repeat changes nothing.
-- Returns  the number of items.

local prefix = string.sub(KEYS[1], 1, -2)
local items = cjson.decode(ARGV[1])
for _, item in ipairs(items) do
  local key = prefix .. 'w:' .. item[1]
  if item[4] == 0 then
    call('DEL', key)
  else
    call('SET', key, text(item[2]) .. ' ' .. text(item[3]), 'NX', 'PX', text(item[4]))
  end
end
return #items
