import { describe, expect, test } from 'vitest'
import { matchName, matchToolName } from '../../src/tool/match-name.ts'

const tools = ['get_weather', 'search', 'math.factorial', 'send-mail', 'sendSms', 'a_b', 'a-b']

describe('knows a tool by another spelling of its name', () => {
  test.each([
    ['get_weather', 'get_weather'],
    ['get-weather', 'get_weather'],
    ['getWeather', 'get_weather'],
    ['GetWeather', 'get_weather'],
    ['GET_WEATHER', 'get_weather'],
    ['get weather', 'get_weather'],
    [' get_weather\n', 'get_weather'],
    ['"get_weather"', 'get_weather'],
    ['`get_weather`', 'get_weather'],
    ['get_weather()', 'get_weather'],
    ['functions.get_weather', 'get_weather'],
    ['functions.get_weather:0', 'get_weather'],
    ['default_api.getWeather', 'get_weather'],
    ['math_factorial', 'math.factorial'],
    ['functions.math.factorial', 'math.factorial'],
    ['send_mail', 'send-mail'],
    ['send_sms', 'sendSms'],
    ['a_b', 'a_b'],
  ])('%j is %s', (name, tool) => {
    expect(matchToolName(name, tools)).toBe(tool)
  })
})

describe('knows no tool by a guess', () => {
  test.each([
    '',
    ' ',
    '()',
    'get_wether',
    'get_weathers',
    'weather',
    'get_weather_forecast',
    'search_web',
    'AB',
    'factorial',
    'math.factorial.search',
    'other.get_weather',
    'constructor',
    'toString',
    '__proto__',
    'functions.',
    `search${' '.repeat(300)}`,
  ])('%j', (name) => {
    expect(matchToolName(name, tools)).toBeUndefined()
  })
})

test('prefers the name as it is written', () => {
  expect(matchName('a-b', tools)).toBe('a-b')
  expect(matchToolName('functions.search', ['search', 'functions.search'])).toBe('functions.search')
})
