-- Stores values with a time to live. KEYS[1] {organisation}:m; ARGV[1] JSON [[suffix, value, ttl_ms], ...];
-- ttl 0 removes, -1 keeps without end. A fourth element names a field of KEYS[1] that is set and removed with the value.
-- Returns the number of items.

local prefix = string.sub(KEYS[1], 1, -2)
local items = cjson.decode(ARGV[1])
for _, item in ipairs(items) do
  if item[3] == 0 then
    call('DEL', prefix .. item[1])
  elseif item[3] < 0 then
    call('SET', prefix .. item[1], item[2])
  else
    call('SET', prefix .. item[1], item[2], 'PX', text(item[3]))
  end
  if item[4] and item[3] == 0 then
    call('HDEL', KEYS[1], item[4])
  elseif item[4] then
    call('HSET', KEYS[1], item[4], item[2])
  end
end
return #items
