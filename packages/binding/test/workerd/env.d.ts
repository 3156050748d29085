/** What the workerd tests find in `env`; the bindings are made in `vitest.config.ts`. */
declare namespace Cloudflare {
  interface Env {
    readonly AI: Ai
  }
}
