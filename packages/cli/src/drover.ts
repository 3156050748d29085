#!/usr/bin/env node
import { drover } from './index.ts'
import { processTerminal } from './terminal.ts'

process.exitCode = await drover(process.argv.slice(2), processTerminal())
