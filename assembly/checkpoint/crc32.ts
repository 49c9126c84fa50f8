/** CRC-32 (ISO-HDLC, as in gzip and PNG) of `bytes` bytes, four bits at a time: a 64-byte table suits a small chip. */
const TABLE: usize = memory.data<u32>([
  0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
  0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
]);

export function crc32(address: usize, bytes: usize): u32 {
  let crc: u32 = 0xffffffff;
  for (let i: usize = 0; i < bytes; i++) {
    crc ^= load<u8>(address + i);
    crc = load<u32>(TABLE + <usize>((crc & 15) << 2)) ^ (crc >>> 4);
    crc = load<u32>(TABLE + <usize>((crc & 15) << 2)) ^ (crc >>> 4);
  }
  return ~crc;
}
