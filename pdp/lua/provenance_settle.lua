-- Forgets what was not permitted: nothing was read by it. KEYS[1] {organisation}:m; ARGV two an item: session, claim (8).

for i = 1, #ARGV, 2 do
  local key = prefix .. 'V:' .. ARGV[i]
  local pending = call('HGET', key, 'p')
  if pending then
    local rest, entry = without(pending, ARGV[i + 1])
    if entry then call('HSET', key, 'p', rest) end
  end
end
return #ARGV / 2
