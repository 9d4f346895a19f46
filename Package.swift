// swift-tools-version: 6.2

import PackageDescription

// The whole house in one manifest. The layers and the rule that imports only point downwards are described in
// ARCHITECTURE.md; Tests/ArchitectureTests reads this file and keeps them true.

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// A library of the shared house: `Shared/<name>`.
func shared(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Shared/\(name)", swiftSettings: swiftSettings)
}

/// A C target with shim code of our own: `Shared/C/<name>`.
func shim(_ name: String, pkgConfigLibraries libraries: [String] = [], flags: [String] = []) -> Target {
    .target(
        name: name, path: "Shared/C/\(name)",
        cSettings: flags.isEmpty ? [] : [.unsafeFlags(flags)],
        cxxSettings: flags.isEmpty ? [] : [.unsafeFlags(flags)],
        linkerSettings: libraries.map { .linkedLibrary($0) })
}

/// A system library as it is, through a module map: `Shared/C/<name>`.
func system(_ name: String, pkgConfig: String? = nil, apt package: String) -> Target {
    .systemLibrary(name: name, path: "Shared/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

/// One of the five services: `services/<folder>/Service` as a library and `services/<folder>/Main` as its executable.
/// The SQL files of `Migrations` become constants of the library (`PackageResources`), so that a program carries its
/// schema with it and needs no folder beside it; `embedded` names more files that become constants.
func service(
    _ folder: String, library: String, hasDatabase: Bool = true, embedded: [String] = [],
    _ dependencies: [Target.Dependency]
) -> [Target] {
    [
        .target(
            name: library, dependencies: dependencies, path: "services/\(folder)/Service",
            resources: ((hasDatabase ? ["Migrations"] : []) + embedded).map { .embedInCode($0) },
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "lectern-\(folder)", dependencies: [.byName(name: library), "ServiceKit", "Settings"],
            path: "services/\(folder)/Main", swiftSettings: swiftSettings),
    ]
}

/// A test target: `Tests/<name>`.
func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", resources: resources,
        swiftSettings: swiftSettings)
}

/// A benchmark: `Benchmarks/<name>`, a plain executable.
func benchmark(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Benchmarks/\(name)", swiftSettings: swiftSettings)
}

let serviceBasics: [Target.Dependency] = [
    "Contracts", "ServiceKit", "HTTPMessages", "HTTPServer", "HTTPClient", "JSONCoding", "Jobs", "KeyValue",
    "Lifecycle",
    "Logs", "Metrics", "ObjectStore", "Platform", "Settings", "SQL", "Tokens",
]

var targets: [Target] = []

// Layer 0: C.
targets += [
    shim("CLinux"),
    system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
    shim("CCurl", pkgConfigLibraries: ["dl"]),
    shim("COpenSSL", pkgConfigLibraries: ["crypto"]),
    shim("CPasswords", pkgConfigLibraries: ["crypt", "zxcvbn", "unistring"]),
    shim(
        "COpenBLAS", pkgConfigLibraries: ["dl"],
        // -O3 in debug builds, too: these are the loops of the embedder, and its tests run them.
        flags: ["-I/usr/include/x86_64-linux-gnu/openblas-pthread", "-O3"]),
    shim(
        "CTesseract", pkgConfigLibraries: ["tesseract", "lept"], flags: ["-I/usr/include/leptonica"]),
    shim(
        "CPoppler", pkgConfigLibraries: ["poppler", "poppler-cpp"],
        flags: ["-I/usr/include/poppler", "-I/usr/include/poppler/cpp", "-std=c++17"]),
    shim("CSandbox", pkgConfigLibraries: ["seccomp"]),
    shim("CPhoneNumbers", pkgConfigLibraries: ["phonenumber"]),
    shim(
        "CPangoCairo", pkgConfigLibraries: ["dl"],
        // -O3 in debug builds, too: every glyph of a document passes through. Where glibconfig.h is depends on the
        // processor; a folder that is not there is passed over.
        flags: [
            "-O3", "-I/usr/include/pango-1.0", "-I/usr/include/cairo", "-I/usr/include/harfbuzz",
            "-I/usr/include/freetype2", "-I/usr/include/glib-2.0", "-I/usr/lib/x86_64-linux-gnu/glib-2.0/include",
            "-I/usr/lib/aarch64-linux-gnu/glib-2.0/include",
        ]),
]

// Layer 1: base.
targets += [
    shared("Platform", ["CLinux"]),
    shared("JSONCoding", ["Platform"]),
    shared("Logs", ["Platform", "JSONCoding"]),
    shared("Metrics", ["Platform"]),
    shared("Settings", ["Platform"]),
]

// Layer 2: runtime.
targets += [
    shared("Lifecycle", ["Platform", "Logs"]),
    shared("Crypto", ["COpenSSL", "CPasswords", "Platform"]),
    shared("HTTPMessages", ["Platform", "JSONCoding"]),
    shared("SQL", ["Platform", "Logs"]),
]

// Layer 3: engines.
targets += [
    shared("HTTPServer", ["HTTPMessages", "Platform", "Logs", "Metrics", "Lifecycle", "JSONCoding", "Crypto"]),
    shared("HTTPForwarder", ["HTTPServer", "HTTPMessages", "Platform", "Logs", "Metrics", "Lifecycle"]),
    shared("HTTPClient", ["CCurl", "HTTPMessages", "JSONCoding", "Platform", "Logs", "Metrics", "Lifecycle"]),
    shared("Mail", ["HTTPClient", "Crypto", "JSONCoding", "Platform", "Metrics"]),
    shared("SQLiteStore", ["CSQLite", "SQL", "Platform", "Logs"]),
    shared("KeyValue", ["Platform", "Logs"]),
    shared("ObjectStore", ["HTTPClient", "HTTPMessages", "Crypto", "Platform", "Logs", "Settings"]),
    shared("Tokens", ["Crypto", "JSONCoding", "Platform"]),
    shared("Jobs", ["SQL", "JSONCoding", "Platform", "Logs", "Metrics", "Lifecycle"]),
    shared("Embeddings", ["COpenBLAS", "Platform", "Logs", "JSONCoding", "Lifecycle"]),
    shared("Classification", ["Embeddings", "Platform", "Logs"]),
    shared("Retrieval", ["Embeddings", "Platform", "JSONCoding"]),
    shared(
        "LanguageModels",
        ["HTTPClient", "HTTPMessages", "JSONCoding", "Platform", "Logs", "Metrics", "Retrieval", "Settings"]),
    shared("PDFText", ["CPoppler", "Platform"]),
    shared("OCR", ["CTesseract"]),
    shared("Sandbox", ["CSandbox", "Platform"]),
    shared("PhoneNumbers", ["CPhoneNumbers"]),
    shared("Typesetting", ["CPangoCairo", "Platform"]),
]

// Layer 4: seams.
targets += [
    shared("Contracts", ["JSONCoding", "Platform", "HTTPMessages"]),
    shared(
        "ServiceKit",
        [
            "Contracts", "Crypto", "HTTPClient", "HTTPMessages", "HTTPServer", "JSONCoding", "Jobs", "KeyValue",
            "Lifecycle", "Logs", "Metrics", "ObjectStore", "Platform", "SQL", "SQLiteStore", "Settings", "Tokens",
        ]),
]

// Layer 5: services.
targets += service("auth", library: "AuthService", serviceBasics + ["Crypto", "HTTPForwarder"])
targets += service("chat", library: "ChatService", serviceBasics + ["LanguageModels", "Retrieval", "Crypto"])
targets += service(
    "ingest", library: "IngestService",
    serviceBasics + ["Embeddings", "Retrieval", "ReaderHost", "ReaderProtocol", "Crypto"])
targets += service(
    "docs", library: "DocsService", hasDatabase: false, serviceBasics + ["LanguageModels", "Typesetting"])
targets += service(
    "notify", library: "NotifyService", embedded: ["Incidents/Categories/examples.txt"],
    serviceBasics + ["Classification", "Crypto", "Embeddings", "LanguageModels", "Mail", "PhoneNumbers"])
targets += [
    // The worker that reads untrusted files for ingest, in a process of its own.
    .target(
        name: "ReaderProtocol", dependencies: [], path: "services/ingest/ReaderProtocol",
        swiftSettings: swiftSettings),
    .target(
        name: "ReaderHost", dependencies: ["ReaderProtocol", "Platform", "Logs"], path: "services/ingest/ReaderHost",
        swiftSettings: swiftSettings),
    .target(
        name: "DocumentReader",
        dependencies: ["ReaderProtocol", "PDFText", "OCR", "Sandbox"],
        path: "services/ingest/Reader", swiftSettings: swiftSettings),
    .executableTarget(
        name: "lectern-reader", dependencies: ["DocumentReader"], path: "services/ingest/ReaderMain",
        swiftSettings: swiftSettings),
]

// Tests.
targets += [
    .target(
        name: "TestSupport",
        dependencies: [
            "HTTPMessages", "HTTPServer", "JSONCoding", "Platform", "SQL", "SQLiteStore", "Logs", "Lifecycle", "Crypto",
            "Metrics",
        ],
        path: "Tests/TestSupport", swiftSettings: swiftSettings),
    .target(
        name: "ContractSuites",
        dependencies: ["SQL", "KeyValue", "ObjectStore", "Jobs", "Platform", "TestSupport", "JSONCoding", "Logs"],
        path: "Tests/ContractSuites", swiftSettings: swiftSettings),
    .target(
        name: "ServiceTestSupport",
        dependencies: [
            "TestSupport", "ServiceKit", "Contracts", "HTTPClient", "HTTPMessages", "JSONCoding", "Logs", "Metrics",
            "Platform", "Settings", "Tokens",
        ],
        path: "Tests/ServiceTestSupport", swiftSettings: swiftSettings),
    tests("ArchitectureTests", []),
    tests("PlatformTests", ["Platform", "TestSupport"]),
    tests("JSONCodingTests", ["JSONCoding", "Platform"]),
    tests("LogsTests", ["Logs", "Platform", "TestSupport", "JSONCoding"]),
    tests("MetricsTests", ["Metrics"]),
    tests("SettingsTests", ["Settings"]),
    tests("HTTPMessagesTests", ["HTTPMessages", "JSONCoding", "Platform"]),
    tests(
        "HTTPServerTests",
        [
            "HTTPServer", "HTTPForwarder", "HTTPMessages", "JSONCoding", "Platform", "Logs", "Metrics", "Lifecycle",
            "TestSupport",
        ]),
    tests(
        "HTTPClientTests",
        [
            "HTTPClient", "HTTPServer", "HTTPMessages", "JSONCoding", "Platform", "Logs", "Metrics", "Lifecycle",
            "TestSupport",
        ]),
    tests("ContractsTests", ["Contracts", "JSONCoding"]),
    tests("CryptoTests", ["Crypto", "Tokens", "Platform", "JSONCoding", "TestSupport"]),
    tests(
        "StoreTests",
        [
            "SQL", "SQLiteStore", "KeyValue", "ObjectStore", "Jobs", "ContractSuites", "Platform", "TestSupport",
            "JSONCoding",
            "Logs", "Metrics", "Lifecycle", "HTTPMessages", "bench-jobs",
        ]),
    tests(
        "ObjectStoreTests",
        [
            "ObjectStore", "HTTPClient", "HTTPServer", "HTTPMessages", "ContractSuites", "Crypto", "Platform",
            "TestSupport", "Logs", "Metrics", "Settings", "JSONCoding",
        ], resources: [.copy("Fixtures")]),
    tests("EmbeddingsTests", ["Embeddings", "Platform", "TestSupport", "JSONCoding"], resources: [.copy("Fixtures")]),
    tests("ClassificationTests", ["Classification", "Embeddings", "Platform", "TestSupport"]),
    tests("PhoneNumbersTests", ["PhoneNumbers"]),
    tests("RetrievalTests", ["Retrieval", "Embeddings", "Platform", "TestSupport", "JSONCoding"]),
    tests(
        "LanguageModelsTests",
        [
            "LanguageModels", "Retrieval", "HTTPClient", "HTTPServer", "HTTPMessages", "JSONCoding", "Platform", "Logs",
            "Metrics", "Lifecycle", "Settings", "TestSupport",
        ]),
    tests(
        "ReaderTests",
        ["lectern-reader", "ReaderHost", "ReaderProtocol", "PDFText", "Platform", "Logs", "TestSupport"],
        resources: [.copy("Fixtures")]),
    tests("TypesettingTests", ["Typesetting", "Platform", "TestSupport"]),
    tests("ServiceKitTests", ["TestSupport", "ServiceTestSupport"] + serviceBasics),
    tests(
        "AuthServiceTests",
        ["AuthService", "TestSupport", "ServiceTestSupport", "Crypto", "HTTPForwarder", "SQLiteStore"] + serviceBasics),
    tests(
        "ChatServiceTests",
        ["ChatService", "TestSupport", "ServiceTestSupport", "LanguageModels", "Retrieval", "SQLiteStore"]
            + serviceBasics),
    tests(
        "IngestServiceTests",
        [
            "IngestService", "TestSupport", "ServiceTestSupport", "Embeddings", "Retrieval", "ReaderProtocol",
            "SQLiteStore",
        ] + serviceBasics,
        resources: [.copy("Fixtures")]),
    tests(
        "ConversationSummaryTests",
        ["DocsService", "LanguageModels", "TestSupport", "ServiceTestSupport"] + serviceBasics),
    tests(
        "IncidentCategoryTests",
        ["NotifyService", "Classification", "Embeddings", "LanguageModels", "TestSupport"] + serviceBasics),
    tests(
        "DocsServiceTests", ["DocsService", "Typesetting", "TestSupport", "ServiceTestSupport"] + serviceBasics),
    tests(
        "MailTests",
        ["Mail", "HTTPClient", "HTTPMessages", "JSONCoding", "Logs", "Metrics", "Platform", "TestSupport"]),
    tests(
        "NotifyServiceTests",
        [
            "NotifyService", "TestSupport", "ServiceTestSupport", "Crypto", "Mail", "PhoneNumbers", "SQLiteStore",
        ] + serviceBasics),
    tests(
        "EndToEndTests",
        [
            "AuthService", "ChatService", "IngestService", "DocsService", "NotifyService", "TestSupport",
            "ServiceTestSupport",
        ] + serviceBasics),
]

// Benchmarks.
targets += [
    .target(
        name: "CJobsReference", path: "Benchmarks/CJobsReference", linkerSettings: [.linkedLibrary("sqlite3")]),
    benchmark(
        "bench-server",
        ["HTTPServer", "HTTPForwarder", "HTTPMessages", "JSONCoding", "Platform", "Logs", "Metrics", "Lifecycle"]),
    benchmark("bench-embeddings", ["Embeddings", "Platform", "JSONCoding"]),
    benchmark("bench-classifier", ["NotifyService", "Classification", "Embeddings", "Platform"]),
    .target(
        name: "QuestionData", dependencies: ["Retrieval", "Embeddings", "JSONCoding"], path: "Benchmarks/QuestionData",
        swiftSettings: swiftSettings),
    benchmark("bench-retrieval", ["QuestionData", "Retrieval", "Embeddings"]),
    benchmark("bench-answers", ["QuestionData", "LanguageModels", "Retrieval", "Embeddings"]),
    benchmark("bench-search", ["Retrieval", "Embeddings", "Platform"]),
    benchmark("bench-report", ["DocsService", "Contracts", "Typesetting", "Platform"]),
    benchmark("bench-reader", ["ReaderHost", "ReaderProtocol", "Platform", "Logs"]),
    benchmark(
        "bench-jobs",
        ["CJobsReference", "Jobs", "SQL", "SQLiteStore", "Platform", "Logs", "Metrics", "JSONCoding", "Lifecycle"]),
]

let package = Package(
    name: "lectern",
    targets: targets,
    cxxLanguageStandard: .cxx17)
