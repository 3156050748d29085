/** What `wrangler.jsonc` binds; `npx wrangler types` writes the same. */
declare namespace Cloudflare {
  interface Env {
    readonly AI: Ai
  }
}
