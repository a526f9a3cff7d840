#!/usr/bin/env bash
# Builds BaikooCoreFFI.xcframework and the generated Swift. Wants macOS with Xcode and rustup.
set -euo pipefail
cd "$(dirname "$0")/../.."
targets=(aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios aarch64-apple-darwin x86_64-apple-darwin)
rustup target add "${targets[@]}"
cargo xtask bindings

for target in "${targets[@]}"; do
    cargo rustc --profile phone --locked --package baikoo-ffi --lib --crate-type staticlib --target "$target"
done

made=target/swift
rm -rf "$made" ffi/swift/BaikooCoreFFI.xcframework
mkdir -p "$made/headers" "$made/simulator" "$made/macos" ffi/swift/Sources/BaikooCore
cp ffi/generated/swift/BaikooCoreFFI.h "$made/headers/"
cp ffi/generated/swift/BaikooCoreFFI.modulemap "$made/headers/module.modulemap"
cp ffi/generated/swift/BaikooCore.swift ffi/swift/Sources/BaikooCore/

archive() { echo "target/$1/phone/libbaikoo_ffi.a"; }
lipo -create "$(archive aarch64-apple-ios-sim)" "$(archive x86_64-apple-ios)" -output "$made/simulator/libbaikoo_ffi.a"
lipo -create "$(archive aarch64-apple-darwin)" "$(archive x86_64-apple-darwin)" -output "$made/macos/libbaikoo_ffi.a"
xcodebuild -create-xcframework \
    -library "$(archive aarch64-apple-ios)" -headers "$made/headers" \
    -library "$made/simulator/libbaikoo_ffi.a" -headers "$made/headers" \
    -library "$made/macos/libbaikoo_ffi.a" -headers "$made/headers" \
    -output ffi/swift/BaikooCoreFFI.xcframework
