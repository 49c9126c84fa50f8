/** Entry of the kernel builds, which only tests and benches load: every kernel by name, for both weight types. */
