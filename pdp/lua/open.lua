-- Lists the unsettled tickets that one writer holds, after fencing off its earlier calls that are still on their way.
--
-- KEYS[1] {organisation}:m; ARGV: writer, generation. Returns [epoch, [order, hold, trip, claim id], ...].

local meta_key = KEYS[1]
local prefix = string.sub(meta_key, 1, -2)
local meta = call('HMGET', meta_key, 'e', 'g' .. ARGV[1])
if not meta[1] then return { '' } end
if tonumber(meta[2] or 0) < tonumber(ARGV[2]) then call('HSET', meta_key, 'g' .. ARGV[1], ARGV[2]) end
local out = { meta[1] }
local all = call('HGETALL', prefix .. 'o:' .. meta[1])
for i = 1, #all, 2 do
  local record = cmsgpack.unpack(all[i + 1])
  for _, holder in ipairs(record[3]) do
    if holder[2] == ARGV[1] then out[#out + 1] = { tonumber(all[i]), holder[1], holder[3], record[1] } end
  end
end
return out
