package main

// contractMutants break the judge of the traffic, and the generator with what
// it makes.
var contractMutants = []mutant{
	{
		name: "take any status for documented", file: "contract/judge.go", tests: "contract", test: "^TestResponseIsJudged$",
		guard:  `j.add(response, Violation{Location: "status", Rule: "not documented"})`,
		broken: `// not a word`,
	},
	{
		name: "take February 30 for a date", file: "contract/judge.go", tests: "contract", test: "^TestQueryIsJudged$",
		guard:  `err != nil || !rfc3339.MatchString(text)`,
		broken: `err != nil && !rfc3339.MatchString(text)`,
	},
	{
		name: "take a list that is given twice", file: "contract/syntax.go", tests: "contract", test: "^TestQueryIsJudged$",
		guard:  `case len(query[name]) > 1:`,
		broken: `case len(query[name]) > 2:`,
	},
	{
		name: "take bytes behind the JSON value", file: "contract/syntax.go", tests: "contract", test: "^TestResponseIsJudged$",
		guard:  `return []Violation{{Location: "body", Rule: "must be one JSON value in UTF-8"}}`,
		broken: `return nil`,
	},
	{
		name: "quote the value that breaks a rule", file: "contract/violation.go", tests: "contract", test: "^TestViolationsHoldNoValues$",
		guard:  "\treturn e.SchemaField\n",
		broken: "\treturn fmt.Sprint(e.SchemaField, e.Value)\n",
	},
	{
		name: "name members that the description does not have", file: "contract/violation.go", tests: "contract", test: "^TestNamesOfAMapAreData$",
		guard:  `p.path = strings.TrimPrefix(p.path+".*", ".")`,
		broken: `p.path = strings.TrimPrefix(p.path+"."+key, ".")`,
	},
	{
		name: "name parameters that the description does not have", file: "contract/syntax.go", tests: "contract", test: "^TestNamesOfUnknownParametersAreData$",
		guard:  `Path: "*", Rule: "no such parameter"`,
		broken: `Path: name, Rule: "no such parameter"`,
	},
	{
		name: "read a request's body beyond its context", file: "contract/body.go", tests: "contract", test: "^TestRequestBodyThatDoesNotComeEndsWithItsContext$",
		guard:  `func() { _ = req.Body.Close() })`,
		broken: `func() {})`,
	},
	{
		name: "read an answer ahead of its reader", file: "contract/transport.go", tests: "contract", test: "^TestErrorBodiesAreGivenLittleTime$",
		guard: `			resp.Body = &reading{ReadCloser: resp.Body, judge: judge}`,
		broken: `			var c content
			c, resp.Body = take(resp.Body)
			judge(c)`,
	},
	{
		name: "generate members without their marks", file: "cmd/gen/templates/typedef.tmpl", tests: "cmd/gen", test: "^TestChangesReachTheCode$",
		guard:  `{{with marked .}} redact:"{{.}}"{{end}}`,
		broken: ``,
	},
	{
		name: "generate models that print themselves", file: "cmd/gen/templates/redact.tmpl", tests: "cmd/gen", test: "^TestChangesReachTheCode$",
		guard:  `func (v {{.}}) Format(f fmt.State, verb rune) { format(v, f, verb) }`,
		broken: `var _ fmt.State`,
	},
	{
		name: "do not want a required member", file: "gen/validate.gen.go", tests: "internal/generated", test: "^TestValidateRequests$",
		guard:  "func (v *CreateReservationRequest) Check(c *wire.Checker) {\n\tc.Required(\"resourceId\", v.ResourceID != \"\")\n",
		broken: "func (v *CreateReservationRequest) Check(c *wire.Checker) {\n",
	},
}
