-- Does nothing.
function noop()
end
