import { describe, expect, test } from 'vitest'
import type { JsonSchema } from '../../src/json-schema.ts'
import type { JsonValue } from '../../src/message.ts'
import { findRefusal } from '../../src/tool/refuse.ts'

const tools = ['list_tags', 'search', 'searchUsers', 'get_vn_details']

const parameter = (name: string, schema: JsonSchema = { type: 'string' }): JsonSchema => ({
  type: 'object',
  properties: { [name]: schema },
})
const refusal = (name: string, value: JsonValue, schema?: JsonSchema): string | undefined =>
  findRefusal({ [name]: value }, parameter(name, schema), tools)

describe('refuses text that stands for the result of another tool', () => {
  test.each([
    ['list_tags response', 'list_tags'],
    ['result of list_tags', 'list_tags'],
    ['the result of list_tags()', 'list_tags'],
    ['output from `list_tags`', 'list_tags'],
    ['the id returned by searchUsers', 'searchUsers'],
    ['ID from get_vn_details call', 'get_vn_details'],
    ['list_tags_result', 'list_tags'],
    ['list_tags.output[0].id', 'list_tags'],
    ['<list_tags result>', 'list_tags'],
    ['{{list_tags.id}}', 'list_tags'],
    ['${searchUsers[0].id}', 'searchUsers'],
  ])('%s', (text, tool) => {
    expect(refusal('tag_id', text)).toBe(
      `\`tag_id\` holds a placeholder (${JSON.stringify(text)}), not a value. ` +
        `Call \`${tool}\` first, then call this tool with a value from its result.`,
    )
  })
})

describe('refuses text that is nothing but a gap', () => {
  test.each([
    '<city>',
    '<user_id>',
    '<your name>',
    ' <City Name> ',
    '{{id}}',
    '{{ user.id }}',
    '${id}',
    '{user_id}',
    '[insert id]',
    '[Your Name]',
    '[INSERT API KEY HERE]',
    'YOUR_API_KEY',
    'YOUR-TOKEN',
    'your_api_key',
    'your-api-key-here',
    'INSERT_ID_HERE',
    'REPLACE_ME',
    'output of step 1',
    'the result of the previous step',
    'value from previous tool call',
    'id returned by the last function',
    'user_id_from_previous_call',
  ])('%s', (text) => {
    expect(refusal('id', text)).toBe(
      `\`id\` holds a placeholder (${JSON.stringify(text)}), not a value. ` +
        'Find out the value first, from another tool or from the user, then call this tool with it.',
    )
  })
})

describe('refuses calls inside a call', () => {
  test.each<[JsonValue, string]>([
    [{ function_name: 'search', args: ['x'] }, 'search'],
    [{ name: 'list_tags', parameters: {} }, 'list_tags'],
    [{ type: 'function', function: { name: 'search', arguments: '{}' } }, 'search'],
    [{ tool: 'functions.search', input: 'x' }, 'search'],
    ['{"name": "search", "parameters": {"name": "x"}}', 'search'],
    ["{'function_name': 'search', 'args': ['x']}", 'search'],
    ["search(name='x')", 'search'],
    ['functions.list_tags()', 'list_tags'],
    ['list_tags()[0].id', 'list_tags'],
  ])('%j', (value, tool) => {
    expect(refusal('id', value)).toBe(
      `\`id\` holds a call to \`${tool}\`, but a call cannot stand inside another. ` +
        `Call \`${tool}\` first, then call this tool with a value from its result.`,
    )
  })
})

describe('refuses control tokens', () => {
  test.each([
    '<|"|>',
    '<|eot_id|>',
    '<|python_tag|>',
    'Lisbon<|eot_id|>',
    'Lisbon <|im_end|>\n',
    '<|start_header_id|>Lisbon',
    '</tool_call>',
    'Lisbon</tool_call>',
    '[INST]',
    '[/INST] Lisbon',
    '[TOOL_CALLS]',
    '</s>',
    '<eos>',
    'Lisbon<end_of_turn>',
    `${'long text '.repeat(100)}<|eot_id|>`,
  ])('%s', (text) => {
    expect(refusal('city', text)).toMatch(/^`city` holds one of your own control tokens \(/)
  })
})

describe('takes for meant what may be meant', () => {
  test.each<[string, JsonValue, JsonSchema?]>([
    ['city', 'Lisbon'],
    ['note', ''],
    ['html', '<p>'],
    ['tag', '<div>'],
    ['element', '<button>'],
    ['body', '<p>Hello</p>'],
    ['text', 'a <b> c'],
    ['text', '<s>gone</s>'],
    ['link', '<https://example.org>'],
    ['from', '<ada@example.org>'],
    ['text', 'Use <city> as a placeholder in the form.'],
    ['text', 'Dear {{name}}, welcome'],
    ['path', '/users/{id}'],
    ['template', '{{name}}'],
    ['subject', '{{name}}', { type: 'string', description: 'Template of the subject line' }],
    ['prompt', '<city>'],
    ['pattern', '<id>'],
    ['placeholder', '[insert id]'],
    ['type', 'List<T>'],
    ['shell', '$HOME'],
    ['config', '{"a": 1}'],
    ['regex', '{id}'],
    ['markdown', '[your profile](https://example.org)'],
    ['label', '[done]'],
    ['action', 'INSERT_ROW'],
    ['title', 'Your Name'],
    ['title', 'Your name.'],
    ['slug', 'your-name'],
    ['password', 'changeme'],
    ['title', 'Results of the 2024 election'],
    ['title', 'Response from the mayor'],
    ['title', 'Action items from last call'],
    ['title', 'Output of the factory in step 1 of the plan'],
    ['query', 'result of list_tags'],
    ['query', "search(name='x')"],
    ['question', 'What is the response of get_vn_details?'],
    ['title', 'search results'],
    ['title', 'result of search'],
    ['name', 'list_tags'],
    ['text', 'I called list_tags and its result was empty.'],
    ['tool', 'list_tags'],
    ['expression', 'search(1) + 2'],
    ['title', 'search (beta)'],
    ['text', 'search(x) finds x; see the docs'],
    ['code', "print('x')"],
    ['formula', 'max(1, 2)'],
    ['tokens', '<|eot_id|>'],
    ['text', '<|eot_id|>', { type: 'string', description: 'Text to split into tokens' }],
    ['text', 'Llama ends with <|eot_id|> as a rule.'],
    ['chat', 'a [INST] b'],
    ['shape', 'a|b'],
    ['unit', '<unit>', { type: 'string', enum: ['<unit>', 'km'] }],
    ['step', { name: 'list_tags', parameters: {} }, { type: 'object' }],
    ['steps', [{ tool: 'search', input: 'x' }], { type: 'array', items: { type: 'object' } }],
    ['id', { name: 'Ada', parameters: {} }],
    ['payload', '{"name": "search"}'],
    ['n', 5],
    ['n', null],
  ])('%s: %j', (name, value, schema) => {
    expect(refusal(name, value, schema)).toBeUndefined()
  })
})

test('looks at every depth and names the place', () => {
  const schema = parameter('stops', {
    type: 'array',
    items: { type: 'object', properties: { city: { type: 'string' } } },
  })
  const input = { stops: [{ city: 'Lisbon' }, { city: '<city>' }] }
  expect(findRefusal(input, schema, [])).toMatch(/^`stops\[1\]\.city` holds a placeholder/)
})

test('shows long text shortened, and no prototype stands for a schema', () => {
  const text = `[insert ${'x'.repeat(80)}]`
  expect(refusal('constructor', text)).toContain(`("[insert ${'x'.repeat(52)}…")`)
  expect(findRefusal({ toString: '<city>' }, { type: 'object', properties: {} }, [])).toMatch(
    /^`toString`/,
  )
})
