package open311

import "time"

// The shapes of the answers in JSON (GeoReport v2 with its extensions). What is
// written is made of elements, once for both formats; these say what it comes to.
type (
	discovery struct {
		Changeset  string     `json:"changeset"`
		Contact    string     `json:"contact"`
		KeyService string     `json:"key_service"`
		Endpoints  []endpoint `json:"endpoints"`
	}
	endpoint struct {
		Specification string   `json:"specification"`
		URL           string   `json:"url"`
		Changeset     string   `json:"changeset"`
		Type          string   `json:"type"`
		Formats       []string `json:"formats"`
	}
	service struct {
		Code        string  `json:"service_code"`
		Name        string  `json:"service_name"`
		Description *string `json:"description"`
		Metadata    bool    `json:"metadata"`
		Type        string  `json:"type" enum:"realtime,batch,blackbox"`
		Keywords    string  `json:"keywords"`
		Group       string  `json:"group"`
	}
	serviceDefinition struct {
		Code       string             `json:"service_code"`
		Attributes []serviceAttribute `json:"attributes"`
	}
	serviceAttribute struct {
		Variable    bool    `json:"variable"`
		Code        string  `json:"code"`
		Datatype    string  `json:"datatype"`
		Required    bool    `json:"required"`
		Help        *string `json:"datatype_description"`
		Order       int     `json:"order"`
		Description string  `json:"description"`
		Values      []struct {
			Key  string `json:"key"`
			Name string `json:"name"`
		} `json:"values"`
	}
	serviceRequest struct {
		ID          string         `json:"service_request_id"`
		Status      string         `json:"status" enum:"open,closed"`
		StatusNotes *string        `json:"status_notes"`
		ServiceName *string        `json:"service_name"`
		ServiceCode string         `json:"service_code"`
		Description *string        `json:"description"`
		Agency      *string        `json:"agency_responsible"`
		Notice      *string        `json:"service_notice"`
		Requested   *time.Time     `json:"requested_datetime"`
		Updated     *time.Time     `json:"updated_datetime"`
		Expected    *time.Time     `json:"expected_datetime"`
		Address     *string        `json:"address"`
		AddressID   *string        `json:"address_id"`
		Zipcode     *string        `json:"zipcode"`
		Lat         *float64       `json:"lat"`
		Long        *float64       `json:"long"`
		Media       *string        `json:"media_url"`
		Extended    map[string]any `json:"extended_attributes,omitempty"`
		Notes       []note         `json:"notes,omitempty"`
	}
	note struct {
		At          *time.Time `json:"datetime"`
		Description string     `json:"description"`
		Type        string     `json:"type"`
	}
	sentRequest struct {
		ID      string  `json:"service_request_id"`
		Notice  *string `json:"service_notice"`
		Account *string `json:"account_id"`
	}
	tokenAnswer struct {
		ID    string `json:"service_request_id"`
		Token string `json:"token"`
	}
	requestUpdate struct {
		ID          string     `json:"update_id"`
		Request     string     `json:"service_request_id"`
		Status      string     `json:"status" enum:"open,closed"`
		Updated     *time.Time `json:"updated_datetime"`
		Description string     `json:"description"`
		Media       *string    `json:"media_url"`
	}
	sentUpdate struct {
		ID *string `json:"update_id"`
	}
	boundary struct {
		ID    string  `json:"boundary_id"`
		Name  *string `json:"name"`
		Level string  `json:"level"`
	}
	failure struct {
		Code        int    `json:"code"`
		Description string `json:"description"`
	}
)
