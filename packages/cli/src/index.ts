export { drover } from './command.ts'
export type { Terminal } from './terminal.ts'
