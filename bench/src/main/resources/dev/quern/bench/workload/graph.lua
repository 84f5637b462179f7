-- The classes within k hops of a class, with the arguments and replies of Quern's example.
redis.register_function{
  function_name = 'graph_reach',
  flags = {'no-writes'},
  callback = function(keys, args)
    local start, hops = struct.unpack('<I4', args[1]), struct.unpack('<I4', args[2])
    local visited = {[start] = true}
    local level = {start}
    local count, sum, records = 0, 0, 0
    for _ = 1, hops do
      local next_level = {}
      for _, id in ipairs(level) do
        local record = redis.call('GET', 'c' .. struct.pack('<I4', id))
        if record then
          records = records + 1
          for i = 1, struct.unpack('<I4', record) do
            local to = struct.unpack('<I4', record, 1 + 4 * i)
            if not visited[to] then
              visited[to] = true
              count = count + 1
              sum = (sum + to) % 4294967296
              next_level[#next_level + 1] = to
            end
          end
        end
      end
      level = next_level
    end
    return struct.pack('<I4I4I4', count, sum, records)
  end
}
