/** A WebAssembly file as the bundler's loader "binary" gives it. */
declare module "*.wasm" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
