/** The keys under which models write the name of a tool. */
export const NAME_KEYS: readonly string[] =
  'name function tool_name tool function_name action recipient_name'.split(' ')

/** The keys under which models write the input of a call. */
export const INPUT_KEYS: readonly string[] =
  'arguments parameters params args input tool_input action_input kwargs tool_args'.split(' ')
