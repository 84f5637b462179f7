-- Follows a chain: argument 1 is a key, argument 2 (u32) how many records to read; the first 16 bytes of each value are the next key.
redis.register_function{
  function_name = 'lookup',
  flags = {'no-writes'},
  callback = function(keys, args)
    local key = args[1]
    local value
    for _ = 1, struct.unpack('<I4', args[2]) do
      value = redis.call('GET', key)
      if not value then
        return nil
      end
      key = string.sub(value, 1, 16)
    end
    return value
  end
}
