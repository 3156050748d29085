import {
  startEmulator,
  type Emulator,
  type ModelReply,
  type ModelRequest,
  type StreamFault,
} from '@drover/emulator'
import { rest } from '@drover/rest'
import { serve } from '@hono/node-server'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chromium, type Browser, type Locator, type Page } from 'playwright-core'
import { createApp } from './app.ts'
import { buildPage } from './build-page.ts'

// Uses the page in a real browser: the model's side is scripted, everything between is as it is for a visitor.

const words = (count: number): string =>
  Array.from({ length: count }, (_, index) => `word${index}`).join(' ')
const STORY = words(40)
const slowly = { delayMs: 10, chunks: 'frame' } as const

const executablePath = findChromium()
if (executablePath !== undefined) await check(executablePath)
else if (process.env['CI'] === undefined) {
  console.log('skipped: no Chromium here. Install it, or set CHROMIUM to its path.')
} else {
  console.error('There is no Chromium: CI installs it first, see `.ci/run`.')
  process.exitCode = 1
}

async function check(executablePath: string): Promise<void> {
  let cuts = 0
  const reply = ({ messages }: ModelRequest): ModelReply => {
    const last = messages.at(-1)
    const question = messages.findLast(({ role }) => role === 'user')?.content ?? ''
    if (last?.role === 'tool') return { text: `They say: ${last.content}`, streaming: slowly }
    if (question.includes('tickets')) return call('price_tickets', { adults: 2, children: 3 })
    if (question.includes('alone')) return call('price_tickets', { adults: 0, children: 3 })
    if (question.includes('once') && cuts++ === 0) return story({ type: 'cut', afterFrames: 12 })
    if (question.includes('used up')) {
      return story({ type: 'error-event', afterFrames: 12, code: 3036 })
    }
    return { text: question.includes('long') ? words(1000) : STORY, streaming: slowly }
  }
  const emulator = await startEmulator({ model: { name: 'visitor', reply } })
  const backend = rest({ accountId: 'local', apiToken: 'local', baseUrl: emulator.url })
  const app = createApp({ backend, answeredBy: 'a script', page: await buildPage() })
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 })
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  })
  try {
    if (!server.listening) await once(server, 'listening')
    const address = server.address()
    assert.ok(typeof address === 'object' && address !== null)
    await visit(browser, `http://127.0.0.1:${address.port}`, emulator)
  } finally {
    await browser.close()
    server.close()
    await emulator.close()
  }
  console.log('chat-page: all as it should be')
}

async function visit(browser: Browser, url: string, emulator: Emulator): Promise<void> {
  const page = await browser.newPage()
  page.setDefaultTimeout(20_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(url)
  await page.getByText('Answered by a script.').waitFor()

  await textGrows(page)
  await callShowsWhatWentInAndCameOut(page)
  await nextTurnKnowsTheCall(page, emulator)
  await failedCallIsShown(page)
  await brokenReplyIsTakenBack(page)
  await failureShowsAndTryingAgainWorks(page)
  await stopStops(page, emulator)
  assert.deepEqual(complaints, [])
}

async function textGrows(page: Page): Promise<void> {
  await page.evaluate(`globalThis.lengths = new Set()
    new MutationObserver(() => lengths.add(document.body.innerText.length))
      .observe(document.body, { subtree: true, childList: true, characterData: true })`)
  await ask(page, 'Tell me a story')
  await isReady(page)
  assert.ok((await lastAnswer(page).innerText()).startsWith(STORY))
  const lengths = await page.evaluate<number>('lengths.size')
  assert.ok(lengths > 5, `the text came in ${lengths} pieces`)
}

async function callShowsWhatWentInAndCameOut(page: Page): Promise<void> {
  await ask(page, 'What do tickets cost?')
  const call = lastAnswer(page).locator('.call')
  await call.getByText('done').waitFor()
  const shown = await call.innerText()
  for (const part of [
    'price_tickets',
    '{"adults":2,"children":3}',
    '{"total":28,"currency":"EUR"}',
  ]) {
    assert.ok(shown.includes(part), `${part} is not in:\n${shown}`)
  }
  await lastAnswer(page).getByText('They say:').waitFor()
  await isReady(page)
}

/** What the page posts is what the model was told: the call, and the very text of its result. */
async function nextTurnKnowsTheCall(page: Page, emulator: Emulator): Promise<void> {
  await ask(page, 'Tell me another story')
  await isReady(page)
  const sent = JSON.stringify(emulator.requests.at(-1)?.inputs['messages'])
  assert.match(sent, /"tool_calls":\[\{[^\]]*price_tickets/)
  assert.ok(sent.includes(JSON.stringify('{"total":28,"currency":"EUR"}')), sent)
}

async function failedCallIsShown(page: Page): Promise<void> {
  await ask(page, 'Three children alone')
  await lastAnswer(page).locator('.call').getByText('come with an adult').waitFor()
  await isReady(page)
}

/** A reply whose connection broke is asked for again; the visitor sees its text once. */
async function brokenReplyIsTakenBack(page: Page): Promise<void> {
  await ask(page, 'Stumble once')
  await lastAnswer(page).getByText('word39').waitFor()
  await isReady(page)
  assert.equal((await lastAnswer(page).innerText()).split('word0 ').length, 2)
}

async function failureShowsAndTryingAgainWorks(page: Page): Promise<void> {
  await ask(page, 'Is it used up?')
  await page.getByRole('alert').getByText('Come back tomorrow').waitFor()
  assert.match(await lastAnswer(page).innerText(), /^word0 word1 /)
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('alert').waitFor({ state: 'detached' })
  await page.getByRole('alert').getByText('Come back tomorrow').waitFor()
}

async function stopStops(page: Page, emulator: Emulator): Promise<void> {
  await ask(page, 'Tell me a long story')
  await lastAnswer(page).getByText('word2').waitFor()
  await page.getByRole('button', { name: 'Stop' }).click()
  await lastAnswer(page).getByText('Stopped.').waitFor()
  const shown = await lastAnswer(page).innerText()
  assert.ok(!shown.includes('word999'))
  // The page hung up; the run left the model too.
  while (emulator.requests.at(-1)?.abandoned !== true) await page.waitForTimeout(20)
  await ask(page, 'Tell me a story')
  await lastAnswer(page).getByText('word39').waitFor()
}

async function ask(page: Page, question: string): Promise<void> {
  await page.getByLabel('Your question').fill(question)
  await page.getByLabel('Your question').press('Enter')
  await page.locator('.user').last().getByText(question, { exact: true }).waitFor()
  await page.locator('article').last().and(page.locator('.assistant')).waitFor()
}

function lastAnswer(page: Page): Locator {
  return page.locator('.assistant').last()
}

async function isReady(page: Page): Promise<void> {
  await lastAnswer(page).locator('footer').getByText('tokens').waitFor()
}

function call(toolName: string, input: ModelRequest['inputs']): ModelReply {
  return { toolCalls: [{ toolName, input }] }
}

function story(fault: StreamFault): ModelReply {
  return { text: STORY, streaming: { ...slowly, fault } }
}

function findChromium(): string | undefined {
  const { CHROMIUM } = process.env
  if (CHROMIUM !== undefined && CHROMIUM !== '') return CHROMIUM
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8', stdio: 'pipe' }).trim()
    } catch {
      // The next name, then.
    }
  }
  return undefined
}
