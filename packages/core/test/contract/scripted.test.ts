import { describeBackend } from './backend-contract.ts'
import { openScriptedScene } from './scripted-scene.ts'

describeBackend('a scripted backend', openScriptedScene)
