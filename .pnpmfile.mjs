// The `node-*` packages declare os and cpu as strings; pnpm needs lists, or it installs them on every platform.
export const hooks = {
  readPackage(pkg) {
    if (/^node-linux-/.test(pkg.name)) {
      pkg.os = [pkg.os].flat()
      pkg.cpu = [pkg.cpu].flat()
      pkg.libc = ['glibc']
    }
    return pkg
  },
}
