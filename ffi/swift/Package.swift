// swift-tools-version: 5.9
import PackageDescription

// `build-xcframework.sh` makes the binary and writes `Sources/BaikooCore/BaikooCore.swift`.
let package = Package(
    name: "Baikoo",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "Baikoo", targets: ["Baikoo"])],
    targets: [
        .binaryTarget(name: "BaikooCoreFFI", path: "BaikooCoreFFI.xcframework"),
        .target(
            name: "BaikooCore",
            dependencies: ["BaikooCoreFFI"],
            // What the library asks of the system: the keys' cipher, and the resolver of host names.
            linkerSettings: [.linkedFramework("Security"), .linkedFramework("CoreFoundation")]
        ),
        .target(name: "Baikoo", dependencies: ["BaikooCore"]),
    ]
)
