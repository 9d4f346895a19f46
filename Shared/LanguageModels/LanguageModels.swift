/// LanguageModels.
