export { openScene } from './scene/open-scene.ts'
export type { Scene, SceneBinding, SceneInit, SceneResponse } from './scene/open-scene.ts'
export type { SceneOptions } from './scene/scene-options.ts'
