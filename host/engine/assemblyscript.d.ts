/** The engine's ABI constants (assembly/abi/) are TypeScript too, but for the names of their types. */
declare type i32 = number;
