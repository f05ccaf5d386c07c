-- When each approval was asked for first. KEYS[1] {organisation}:m; ARGV[1] JSON [[reference, now, ttl_ms, keep 0 or 1], ...].
-- Returns [Unix ms, ...]. What was never asked for is kept as `now` for `ttl_ms`, unless the asker only looks.

local prefix = string.sub(KEYS[1], 1, -2) .. 'p:'
local out = {}
for i, item in ipairs(cjson.decode(ARGV[1])) do
  out[i] = tonumber(call('GET', prefix .. item[1]) or nil)
  if not out[i] then
    out[i] = item[2]
    if item[4] == 1 then call('SET', prefix .. item[1], text(item[2]), 'PX', text(item[3])) end
  end
end
return out
