import JSONCoding
import Platform
import SQL

/// `account_settings` and `account_agents`.
enum AccountTable {
    /// The account's settings; the defaults for an account that has none of its own.
    static func settings(of accountID: String, in connection: any SQLConnection) throws -> AccountSettings {
        let row = try connection.first("SELECT settings FROM account_settings WHERE account_id = \(accountID)")
        guard let text = try row?.get("settings", as: String.self) else { return AccountSettings() }
        return AccountSettings(json: try JSONValue(parsing: text))
    }

    /// - Throws: ``ConversationError/agentTaken(index:)``.
    static func put(
        _ settings: AccountSettings, of accountID: String, by actor: ConversationAudit.Actor, at now: Timestamp,
        in connection: any SQLConnection
    ) throws {
        try connection.execute(
            """
            INSERT INTO account_settings (account_id, settings, updated_at, updated_by)
            VALUES (\(accountID), \(settings.json.text), \(now), \(actor.description))
            ON CONFLICT (account_id) DO UPDATE SET settings = excluded.settings, updated_at = excluded.updated_at,
                updated_by = excluded.updated_by
            """)
        try connection.execute("DELETE FROM account_agents WHERE account_id = \(accountID)")
        for (index, agent) in settings.agentIDs.enumerated() {
            guard try account(ofAgent: agent, in: connection) == nil else {
                throw ConversationError.agentTaken(index: index)
            }
            try connection.execute(
                "INSERT INTO account_agents (agent_id, account_id) VALUES (\(agent), \(accountID))")
        }
    }

    /// Whose agent it is.
    static func account(ofAgent agentID: String, in connection: any SQLConnection) throws -> String? {
        try connection.first("SELECT account_id FROM account_agents WHERE agent_id = \(agentID)")?.get("account_id")
    }

    static func hasAgents(in connection: any SQLConnection) throws -> Bool {
        try connection.first("SELECT 1 AS one FROM account_agents LIMIT 1") != nil
    }
}
