-- Does nothing.
redis.register_function{
  function_name = 'noop',
  flags = {'no-writes'},
  callback = function(keys, args)
    return nil
  end
}
