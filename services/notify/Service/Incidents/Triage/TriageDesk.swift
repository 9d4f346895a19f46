import Logs
import Platform

/// Judges what a message is about.
protocol IncidentJudge: Sendable {
    /// Never fails: what cannot be judged is `other` with confidence 0.
    func classify(_ message: String) async -> IncidentClassification

    /// Some messages that nobody waits for, in order. Never fails, either.
    func classify(_ messages: [String]) async -> [IncidentClassification]
}

extension IncidentJudge {
    func classify(_ messages: [String]) async -> [IncidentClassification] {
        var judgements: [IncidentClassification] = []
        for message in messages { judgements.append(await classify(message)) }
        return judgements
    }
}

extension IncidentClassifier: IncidentJudge {}

/// Classifies reports while their customers wait, within bounds, however many there are.
///
/// There are two judges. The quick one looks at the words alone: 0.2 ms. The thorough one also compares what texts mean,
/// which costs some 5 to 20 ms of a core, or asks a language model. At 300 reports a second the thorough one would need
/// several cores, so it is asked only where the quick one is not sure, and only while it has a free place; otherwise the
/// quick judgement stands for the moment, marked as provisional, and `LaterJudgement` does the rest. With a language
/// model every message is for the model, so then the quick one's being sure does not count.
final class TriageDesk: Sendable {
    /// From this confidence on the quick judgement is final. On messages it has not learned from, half are above, and 98 in
    /// 100 of those right, which is what the thorough judge reaches on them.
    static let sure = 0.85
    /// How long a report waits for the thorough judge without a model.
    static let patience = Duration.milliseconds(50)

    /// How many messages the thorough judge has at a time while customers wait: one at work, one that waits for it. A
    /// model's server is another machine, or does one after another itself.
    static let places = 2
    static let modelPlaces = 4

    private let quick: any IncidentJudge
    private let thorough: any IncidentJudge
    private let hasModel: @Sendable () -> Bool
    private let modelPatience: Duration
    private let reviewBelow: Double
    private let places: Lock<(local: Int, model: Int)>
    private let isWarm = Lock(false)
    private let time: any TimeSource

    /// - Parameters:
    ///   - quick: Decides at once.
    ///   - thorough: Takes its time.
    ///   - hasModel: Whether a language model is there, as far as is known. Returns at once.
    init(
        quick: any IncidentJudge, thorough: any IncidentJudge, modelPatience: Duration, reviewBelow: Double,
        time: any TimeSource, hasModel: @escaping @Sendable () -> Bool
    ) {
        self.quick = quick
        self.thorough = thorough
        self.hasModel = hasModel
        self.modelPatience = modelPatience
        self.reviewBelow = reviewBelow
        places = Lock((Self.places, Self.modelPlaces))
        self.time = time
    }

    /// The judgement that a report is answered with.
    func triage(_ message: String) async -> Triage {
        let first = await quick.classify(message)
        let wantsModel = hasModel()
        if !wantsModel, first.confidence >= Self.sure { return triage(first) }
        let second = wantsModel || isWarm.withLock({ $0 }) ? await second(message, wantsModel) : nil
        guard let second else { return triage(first, isProvisional: true) }
        // The model did not answer in time, or not at all: it is asked again later.
        return triage(second, isProvisional: wantsModel && second.engine == IncidentClassification.builtInEngine)
    }

    /// The judgements of the thorough judge, in order, however long they take. Final.
    func judgeThoroughly(_ messages: [String]) async -> [Triage] {
        let judgements = await thorough.classify(messages)
        // It has loaded what it needs; from now on reports may wait for it.
        isWarm.withLock { $0 = true }
        return judgements.map { triage($0) }
    }

    private func second(_ message: String, _ wantsModel: Bool) async -> IncidentClassification? {
        let hasPlace = takePlace(wantsModel)
        guard hasPlace else { return nil }
        return await value(within: wantsModel ? modelPatience : Self.patience, on: time) { [self] in
            defer { givePlace(wantsModel) }
            return await thorough.classify(message)
        }
    }

    private func takePlace(_ wantsModel: Bool) -> Bool {
        places.withLock { places in
            let left = wantsModel ? places.model : places.local
            guard left > 0 else { return false }
            if wantsModel { places.model -= 1 } else { places.local -= 1 }
            return true
        }
    }

    private func givePlace(_ wantsModel: Bool) {
        places.withLock { places in
            if wantsModel { places.model += 1 } else { places.local += 1 }
        }
    }

    private func triage(_ judgement: IncidentClassification, isProvisional: Bool = false) -> Triage {
        Triage(
            judgement: judgement, needsReview: judgement.confidence < reviewBelow, isProvisional: isProvisional)
    }
}
