// ContractSuites
