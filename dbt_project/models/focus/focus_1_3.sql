{{ focus_view('1.3') }}
